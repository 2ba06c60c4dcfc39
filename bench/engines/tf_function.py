"""The trained network as a TensorFlow graph: `tf.function` with a fixed signature."""

import numpy as np
import tensorflow as tf

from bench.engines import Asked, Read
from bench.engines.keras_model import load


def open_engine(asked: Asked) -> Read:
    """Load the model and trace it."""
    model = load(asked)
    signature = [tf.TensorSpec((1, *model.input_shape[1:]), tf.uint8)]

    def infer(frame: tf.Tensor) -> tf.Tensor:
        return model(tf.cast(frame, tf.float32), training=False)

    read = tf.function(infer, input_signature=signature)
    return lambda window: float(np.asarray(read(window[None, ..., None])).item())
