"""Keras' `predict`: made for batches, often used for single frames."""

import numpy as np

from bench.engines import Asked, Read
from bench.engines.keras_model import load


def open_engine(asked: Asked) -> Read:
    """Load the model."""
    model = load(asked)
    return lambda window: float(
        model.predict(window[None, ..., None].astype(np.float32), verbose=0).item()
    )
