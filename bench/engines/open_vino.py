"""OpenVINO, reading the bundle's ONNX file, tuned for latency."""

import numpy as np
import openvino
from numpy.typing import NDArray

from bench.engines import Asked, Read


def open_engine(asked: Asked) -> Read:
    """Compile for the CPU; what is not 8 bits stays fp32, where OpenVINO would take bf16."""
    settings = {
        "PERFORMANCE_HINT": "LATENCY",
        "NUM_STREAMS": 1,
        "INFERENCE_NUM_THREADS": asked.threads,
        "INFERENCE_PRECISION_HINT": "f32",
    }
    core = openvino.Core()
    request = core.compile_model(
        core.read_model(asked.model), "CPU", settings
    ).create_infer_request()

    def read(window: NDArray[np.uint8]) -> float:
        request.infer({"frame": window[None, ..., None]})
        return float(request.get_tensor("fat_pct").data.item())

    return read
