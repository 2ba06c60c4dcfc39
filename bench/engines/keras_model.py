"""The trained network as Keras reads it."""

from typing import Any

import keras
import tensorflow as tf

from bench.engines import Asked
from bench.errors import MissingError


def load(asked: Asked) -> Any:
    """The model, for inference on so many threads; MissingError where there is no Keras file."""
    if asked.keras is None:
        raise MissingError("needs the trained network: give --run, the folder of `train fit`")
    tf.config.threading.set_intra_op_parallelism_threads(asked.threads)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    return keras.saving.load_model(asked.keras, compile=False)
