"""The built-in networks, one frame at a time, for tests that measure what they read."""

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from edge.contract.bundle import builtin_path, read_bundle
from edge.contract.grading import View

Frames = NDArray[np.uint8]
Floats = NDArray[np.float64]

CROP = read_bundle(builtin_path()).manifest.crop


class Network:
    """The built-in network of one view."""

    def __init__(self, view: View) -> None:
        model = read_bundle(builtin_path()).model(view)
        self._session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])

    def __call__(self, frames: Frames) -> Floats:
        """Estimates (n,) of frames (n, side, side), %."""
        asked = [{"frame": frame[np.newaxis, ..., np.newaxis]} for frame in frames]
        return np.array([self._session.run(["fat_pct"], one)[0][0, 0] for one in asked], float)
