"""Speckle in a fan on black that shows no organ: a picture for tests whose network is known."""

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Levels = NDArray[np.float32]

DYNAMIC_RANGE_DB = 60.0
"""Shown between black and white, as B-mode images commonly are."""

HALF_ANGLE_RAD = 0.6
GRAIN_PX = 1.5
"""Blur that gives the noise the grain of speckle."""

TISSUE_DB = 5.0
"""Standard deviation of what lies behind the speckle, the same in every frame."""

TISSUE_SHARE = 1 / 80
"""Its grain, as a share of the width."""


def draw(count: int, width: int, height: int, seed: int = 0) -> list[Image]:
    """`count` gray images (height, width) uint8, the same for the same seed."""
    random = np.random.default_rng(seed)
    fan = _fan(width, height)
    tissue_db = _tissue(random, width, height)
    return [_speckle(random, tissue_db) * fan for _ in range(count)]


def _tissue(random: np.random.Generator, width: int, height: int) -> Levels:
    """Smooth differences of level, dB, (height, width)."""
    noise = random.standard_normal((height, width), np.float32)
    smooth = np.asarray(cv2.GaussianBlur(noise, (0, 0), width * TISSUE_SHARE), np.float32)
    return smooth * np.float32(TISSUE_DB / smooth.std())


def _speckle(random: np.random.Generator, tissue_db: Levels) -> Image:
    """Log-compressed magnitude of complex Gaussian noise: Rayleigh speckle."""
    echo = random.standard_normal((2, *tissue_db.shape), np.float32)
    real, imaginary = (cv2.GaussianBlur(part, (0, 0), GRAIN_PX) for part in echo)
    level_db = 20 * np.log10(np.hypot(real, imaginary) + 1e-6) + tissue_db
    gray = (level_db - level_db.max()) / DYNAMIC_RANGE_DB + 1
    return np.asarray(np.clip(gray * 255, 0, 255), np.uint8)


def _fan(width: int, height: int) -> Image:
    """1 inside a sector whose tip is at the top centre, 0 outside."""
    rows, columns = np.mgrid[:height, :width]
    across, down = columns - width / 2, rows + 0.1 * height
    depth = np.hypot(across, down)
    inside = (np.abs(np.arctan2(across, down)) < HALF_ANGLE_RAD) & (depth > 0.15 * height)
    return np.asarray(inside & (depth < 1.05 * height), np.uint8)
