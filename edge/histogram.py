"""Exact running median and interquartile range of percentages held in steps of 0.01.

A histogram gives the same answer for any order of its values, in constant time and memory.
"""

from bisect import bisect_right
from itertools import accumulate

STEPS_PER_PCT = 100
TOP_PCT = 100


def quantise(fat_pct: float) -> float:
    """Nearest multiple of 0.01 percentage points."""
    return round(fat_pct * STEPS_PER_PCT) / STEPS_PER_PCT


class Histogram:
    """Counts of quantised percentages from 0 to 100.

    Two levels, steps and whole percents, in plain lists: an order statistic is found among some
    hundred counts. With the cold caches that an inference leaves, a cumulative sum over all steps
    takes several times as long.
    """

    def __init__(self) -> None:
        self._steps = [0] * (TOP_PCT * STEPS_PER_PCT + 1)
        self._percents = [0] * (TOP_PCT + 1)
        self.total = 0

    def add(self, fat_pct: float) -> None:
        """Add one value, 0-100 %; ValueError outside."""
        step = round(fat_pct * STEPS_PER_PCT)
        if not 0 <= step < len(self._steps):
            raise ValueError(f"{fat_pct} % is not within 0-{TOP_PCT} %")
        self._steps[step] += 1
        self._percents[step // STEPS_PER_PCT] += 1
        self.total += 1

    def quartiles(self) -> tuple[float, float, float]:
        """25th, 50th and 75th percentile in %, bit for bit as numpy's percentile and median.

        Linear interpolation between order statistics (Hyndman and Fan 1996, type 7).

        Raises:
            ValueError: the histogram is empty.
        """
        if not self.total:
            raise ValueError("no value yet")
        through = list(accumulate(self._percents))
        lower, upper = (
            between(*self._neighbours(through, share), share * (self.total - 1) % 1)
            for share in (0.25, 0.75)
        )
        low, high = self._neighbours(through, 0.5)
        return lower, (low + high) / 2 if self.total % 2 == 0 else low, upper

    def _neighbours(self, through: list[int], share: float) -> tuple[float, float]:
        """The order statistics on both sides of a share of the values."""
        rank = int(share * (self.total - 1))
        low, ranks = self._value(through, rank)
        if rank + 1 < ranks or rank + 1 == self.total:
            return low, low
        return low, self._value(through, rank + 1)[0]

    def _value(self, through: list[int], rank: int) -> tuple[float, int]:
        """The order statistic `rank`, from 0, and how many values are not above it."""
        percent = bisect_right(through, rank)
        first = percent * STEPS_PER_PCT
        before = through[percent] - self._percents[percent]
        counts = list(accumulate(self._steps[first : first + STEPS_PER_PCT], initial=before))
        step = bisect_right(counts, rank)
        return (first + step - 1) / STEPS_PER_PCT, counts[step]


def between(low: float, high: float, fraction: float) -> float:
    """Linear interpolation, from the nearer end: numpy's own rounding."""
    if fraction >= 0.5:
        return high - (high - low) * (1 - fraction)
    return low + (high - low) * fraction
