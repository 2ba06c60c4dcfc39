"""Which frame stands for a view when a frame of the other view is read together with it."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Features = NDArray[np.float32]

MAX_TYPICAL = 128
"""Frames kept for pairing: at most this many different values, 8 MB of features a view."""


@dataclass
class TypicalFrames:
    """Features of frames near the running median, the first of each estimate.

    The median settles as frames come in, so what lies farthest from it when there are too many
    values is what will never be asked for.
    """

    features: dict[float, Features] = field(default_factory=dict)

    def add(self, fat_pct: float, features: Features, median_pct: float) -> None:
        """Remember a frame's features under its estimate."""
        self.features.setdefault(fat_pct, features)
        if len(self.features) > MAX_TYPICAL:
            del self.features[max(self.features, key=lambda value: abs(value - median_pct))]

    def nearest(self, median_pct: float) -> Features:
        """Features of the frame whose estimate is nearest `median_pct`; the lower one of two."""
        return self.features[self.nearest_pct(median_pct)]

    def nearest_pct(self, median_pct: float) -> float:
        """Its estimate."""
        return min(self.features, key=lambda value: (abs(value - median_pct), value))
