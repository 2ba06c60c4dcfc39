"""Other programs that could do the daemon's work, a file each, fed by the same frames.

Each takes the scanner's frames off ZeroMQ, cuts the window, reads it, keeps a running median, and
publishes an answer of the same form, so that one viewer times them all. None checks, counts,
gates or journals anything, as the daemon does.
"""

from typing import NamedTuple


class Peer(NamedTuple):
    """A row of the table. `get`: how to get what it needs. `needs_run`: reads the Keras file."""

    name: str
    module: str
    get: str
    needs_run: bool = False


PEERS = (
    Peer("bare echo", "echo", "pip install pyzmq"),
    Peer("plain Python loop, ONNX Runtime", "plain", "pip install steatoscope[cpu]"),
    Peer("FAST, OpenVINO", "fast_openvino", "pip install pyfast; its libraries: docs/bench.md"),
    Peer("Holoscan, ONNX Runtime", "holoscan_graph", "pip install holoscan; docs/bench.md"),
    Peer("Keras loop", "keras_loop", "pip install steatoscope[train]", needs_run=True),
)
