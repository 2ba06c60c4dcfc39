"""Engines that can run a bundle's network, a file each; every one is run in a process of its own.

A file has `open_engine(asked)`, which imports its library and gives what reads one window.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge.contract.variant import Precision

Read = Callable[[NDArray[np.uint8]], float]
"""Reads a window, (size, size) uint8: H-MRS %."""


class Asked(NamedTuple):
    """What an engine is to open.

    model: ONNX bytes of the bundle's network. keras: the same network as training left it, or None.
    """

    model: bytes
    keras: Path | None
    threads: int
    provider: str


class Engine(NamedTuple):
    """A row of the table. `get`: how to get what it needs."""

    name: str
    module: str
    precision: Precision
    source: Literal["bundle", "keras"]
    get: str


_ORT = "pip install steatoscope[cpu]"
_TRAIN = "pip install steatoscope[train]"
_OPENVINO = "pip install openvino"

ENGINES = (
    Engine("ONNX Runtime fp32", "ort", "fp32", "bundle", _ORT),
    Engine("ONNX Runtime int8", "ort", "int8", "bundle", _ORT),
    Engine("ONNX Runtime fp16", "ort", "fp16", "bundle", _ORT),
    Engine("ONNX Runtime, plain tf2onnx", "plain", "fp32", "keras", "pip install tf2onnx"),
    Engine("OpenVINO fp32", "open_vino", "fp32", "bundle", _OPENVINO),
    Engine("OpenVINO int8", "open_vino", "int8", "bundle", _OPENVINO),
    Engine("LiteRT fp32", "lite_rt", "fp32", "keras", "pip install ai-edge-litert"),
    Engine("OpenCV DNN fp32", "opencv_dnn", "fp32", "bundle", "pip install opencv-python-headless"),
    Engine("Keras model(x)", "keras_call", "fp32", "keras", _TRAIN),
    Engine("Keras predict", "keras_predict", "fp32", "keras", _TRAIN),
    Engine("tf.function", "tf_function", "fp32", "keras", _TRAIN),
)
"""The first is what the others are compared with."""

GEMMS = (
    Engine("matrix product fp32 (OpenBLAS)", "gemm_fp32", "fp32", "bundle", "pip install numpy"),
    Engine("matrix product int8 (ONNX Runtime)", "gemm_int8", "int8", "bundle", _ORT),
)
"""No network: how fast one core can multiply at all."""

GEMM_SIDE = 768
"""Rows and columns of the matrices: large enough to be bound by arithmetic, small for the cache."""
