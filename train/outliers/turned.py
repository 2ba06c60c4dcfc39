"""Frames that do show a liver, but upside down or on their side: the image was set up wrongly."""

import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]


def turned(window: Gray, rng: np.random.Generator) -> Gray:
    """The window (side, side) turned by 90, 180 or 270 degrees, or hung upside down."""
    turns = int(rng.integers(1, 5))
    return np.ascontiguousarray(window[::-1] if turns == 4 else np.rot90(window, turns))
