"""steatoscope's edge: everything that a scanner workstation runs."""

import os

__version__ = "0.1.0"

# ONNX Runtime reports its use to its maker, on Linux since 1.29, and keeps a number of the machine
# for that. Nothing leaves a scanner's workstation; this is read when that library is loaded.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"
