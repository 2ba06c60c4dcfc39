"""Exact running median and interquartile range of percentages held in steps of 0.01.

A histogram gives the same answer for any order of its values, in constant time and memory.
"""

import numpy as np
from numpy.typing import NDArray

STEPS_PER_PCT = 100
TOP_PCT = 100


def quantise(fat_pct: float) -> float:
    """Nearest multiple of 0.01 percentage points."""
    return round(fat_pct * STEPS_PER_PCT) / STEPS_PER_PCT


class Histogram:
    """Counts of quantised percentages from 0 to 100."""

    def __init__(self) -> None:
        self._counts = np.zeros(TOP_PCT * STEPS_PER_PCT + 1, np.int64)
        self.total = 0

    def add(self, fat_pct: float) -> None:
        """Add one value, 0-100 %; ValueError outside."""
        step = round(fat_pct * STEPS_PER_PCT)
        if not 0 <= step < len(self._counts):
            raise ValueError(f"{fat_pct} % is not within 0-{TOP_PCT} %")
        self._counts[step] += 1
        self.total += 1

    def quartiles(self) -> tuple[float, float, float]:
        """25th, 50th and 75th percentile in %, bit for bit as numpy's percentile and median.

        Linear interpolation between order statistics (Hyndman and Fan 1996, type 7).

        Raises:
            ValueError: the histogram is empty.
        """
        if not self.total:
            raise ValueError("no value yet")
        below = np.cumsum(self._counts)
        lower, upper = (
            _between(*self._neighbours(below, share), share * (self.total - 1) % 1)
            for share in (0.25, 0.75)
        )
        low, high = self._neighbours(below, 0.5)
        return lower, (low + high) / 2 if self.total % 2 == 0 else low, upper

    def _neighbours(self, below: NDArray[np.int64], share: float) -> tuple[float, float]:
        """The order statistics on both sides of a share of the values."""
        rank = int(share * (self.total - 1))
        ranks = (rank, min(rank + 1, self.total - 1))
        low, high = np.searchsorted(below, ranks, side="right")
        return int(low) / STEPS_PER_PCT, int(high) / STEPS_PER_PCT


def _between(low: float, high: float, fraction: float) -> float:
    """Linear interpolation, from the nearer end: numpy's own rounding."""
    if fraction >= 0.5:
        return high - (high - low) * (1 - fraction)
    return low + (high - low) * fraction
