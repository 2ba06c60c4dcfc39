"""Which frame stands for a view when a frame of the other view is read together with it."""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Features = NDArray[np.float32]

MAX_TYPICAL = 128
"""Frames kept for pairing: at most this many different values, 8 MB of features a view."""


class Kept(NamedTuple):
    """What was changed: the estimate that was added, and the one forgotten for it."""

    added: float | None = None
    dropped: float | None = None


@dataclass
class TypicalFrames:
    """Features of frames near the running median, the first of each estimate.

    The median settles as frames come in, so what lies farthest from it when there are too many
    values is what will never be asked for.
    """

    features: dict[float, Features] = field(default_factory=dict)

    def add(self, fat_pct: float, features: Features, median_pct: float) -> Kept:
        """Remember a frame's features under its estimate, unless it is not the first of it."""
        if fat_pct in self.features:
            return Kept()
        self.features[fat_pct] = features
        if len(self.features) <= MAX_TYPICAL:
            return Kept(fat_pct)
        farthest = max(self.features, key=lambda value: abs(value - median_pct))
        del self.features[farthest]
        return Kept() if farthest == fat_pct else Kept(fat_pct, farthest)

    def recall(self, fat_pct: float, features: Features) -> None:
        """Take back what was remembered before, in the order in which it was."""
        self.features[fat_pct] = features

    def nearest(self, median_pct: float) -> Features:
        """Features of the frame whose estimate is nearest `median_pct`; the lower one of two."""
        return self.features[min(self.features, key=lambda value: (abs(value - median_pct), value))]
