"""OpenCV's own network module, which the daemon has at hand anyway."""

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.engines import Asked, Read


def open_engine(asked: Asked) -> Read:
    """Read the bundle's ONNX file."""
    cv2.setNumThreads(asked.threads)
    network = cv2.dnn.readNetFromONNX(np.frombuffer(asked.model, np.uint8))

    def read(window: NDArray[np.uint8]) -> float:
        network.setInput(window[None, ..., None], "frame")
        return float(network.forward("fat_pct").item())

    return read
