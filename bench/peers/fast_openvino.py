"""SINTEF FAST (pyfast): its NeuralNetwork process object with OpenVINO, fed frame by frame."""

import os

import numpy as np

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

try:
    import fast
except RuntimeError as error:
    # Without an OpenCL platform it fails while it is imported.
    raise ImportError(f"pyfast cannot start: {error}") from error

from bench.peers.loop import Window, arguments, serve


def main() -> None:
    """Answer for ever."""
    told = arguments()
    fast.Reporter.setGlobalReportMethod(fast.Reporter.NONE)
    network = fast.NeuralNetwork.create(str(told.float_model), inferenceEngine="OpenVINO")

    def read(window: Window) -> float:
        network.connect(fast.Image.createFromArray(window[..., np.newaxis]))
        return float(np.asarray(network.runAndGetOutputData()).item())

    serve(told, read)
