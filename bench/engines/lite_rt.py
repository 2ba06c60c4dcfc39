"""LiteRT (TensorFlow Lite) with its XNNPACK kernels; TensorFlow converts the trained network."""

import tensorflow as tf

try:
    from ai_edge_litert.interpreter import Interpreter
except ImportError:
    Interpreter = tf.lite.Interpreter
import numpy as np
from numpy.typing import NDArray

from bench.engines import Asked, Read
from bench.engines.keras_model import load


def open_engine(asked: Asked) -> Read:
    """Convert and open."""
    converted = tf.lite.TFLiteConverter.from_keras_model(load(asked)).convert()
    interpreter = Interpreter(model_content=converted, num_threads=asked.threads)
    taken = interpreter.get_input_details()[0]
    interpreter.resize_tensor_input(taken["index"], (1, *taken["shape"][1:]))
    interpreter.allocate_tensors()
    given = interpreter.get_output_details()[0]["index"]

    def read(window: NDArray[np.uint8]) -> float:
        interpreter.set_tensor(taken["index"], window[None, ..., None].astype(np.float32))
        interpreter.invoke()
        return float(interpreter.get_tensor(given).item())

    return read
