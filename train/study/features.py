"""Five hand-made features of a frame, for a baseline that knows no convolution."""

import numpy as np
from numpy.typing import NDArray

from train.cohort import ViewFrames

FEATURES = ("mean", "depth slope", "near - deep", "p90 - p10", "deep peak - near")
NEAR, DEEP, FAR = (0.25, 0.45), (0.65, 0.85), (0.65, 0.95)
"""Rows as shares of the frame's height; FAR takes in the diaphragm."""


def frame_features(frames: ViewFrames) -> NDArray[np.float64]:
    """Features (frames, 5) in gray levels; the slope in gray levels over the frame's height."""
    return np.stack([_features(frames.pixels[row]) for row in frames.rows])


def _features(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    side = len(pixels)
    middle = pixels[:, side // 4 : 3 * side // 4].astype(np.float64)
    lit = middle > 0  # black is outside the fan
    if not lit.any():
        return np.zeros(len(FEATURES))
    counts = lit.sum(axis=1)
    profile = middle.sum(axis=1) / np.maximum(counts, 1)
    depth = np.linspace(0, 1, side)
    read = (counts > 0) & (depth >= NEAR[0]) & (depth <= FAR[1])
    slope = float(np.polyfit(depth[read], profile[read], 1)[0]) if read.sum() > 1 else 0.0
    near, deep = (float(_rows(profile, span).mean()) for span in (NEAR, DEEP))
    low, high = np.percentile(middle[lit], (10, 90))
    peak = float(_rows(profile, FAR).max())
    return np.array([middle[lit].mean(), slope, near - deep, high - low, peak - near])


def _rows(profile: NDArray[np.float64], span: tuple[float, float]) -> NDArray[np.float64]:
    return profile[int(span[0] * len(profile)) : int(span[1] * len(profile))]
