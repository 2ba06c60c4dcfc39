"""Exact running median and interquartile range of percentages held in steps of 0.01.

A histogram gives the same answer for any order of its values, in constant time and memory.
"""

STEPS_PER_PCT = 100
TOP_PCT = 100


def quantise(fat_pct: float) -> float:
    """Nearest multiple of 0.01 percentage points."""
    return round(fat_pct * STEPS_PER_PCT) / STEPS_PER_PCT


class Histogram:
    """Counts of quantised percentages from 0 to 100.

    A place is kept at each quartile and moves with the values, mostly by a step or none: summing
    counts up anew takes many times as long with the cold caches that an inference leaves.
    """

    def __init__(self) -> None:
        self._steps = [0] * (TOP_PCT * STEPS_PER_PCT + 1)
        self._lower, self._middle, self._upper = (_Place(self._steps) for _ in range(3))
        self.total = 0

    def add(self, fat_pct: float) -> None:
        """Add one value, 0-100 %; ValueError outside."""
        step = round(fat_pct * STEPS_PER_PCT)
        if not 0 <= step < len(self._steps):
            raise ValueError(f"{fat_pct} % is not within 0-{TOP_PCT} %")
        self._steps[step] += 1
        self.total += 1
        if self.total == 1:
            self._lower.step = self._middle.step = self._upper.step = step
        elif step < self._upper.step:  # the places are in order
            self._upper.below += 1
            if step < self._middle.step:
                self._middle.below += 1
                if step < self._lower.step:
                    self._lower.below += 1

    def quartiles(self) -> tuple[float, float, float]:
        """25th, 50th and 75th percentile in %, bit for bit as numpy's percentile and median.

        Linear interpolation between order statistics (Hyndman and Fan 1996, type 7).

        Raises:
            ValueError: the histogram is empty.
        """
        if not self.total:
            raise ValueError("no value yet")
        last = self.total - 1
        lower = between(*self._lower.neighbours(last // 4, last), last / 4 % 1)
        upper = between(*self._upper.neighbours(3 * last // 4, last), 3 * last / 4 % 1)
        low, high = self._middle.neighbours(last // 2, last)
        return lower, (low + high) / 2 if last % 2 else low, upper


class _Place:
    """A step, and how many values lie below it."""

    __slots__ = ("_steps", "below", "step")

    def __init__(self, steps: list[int]) -> None:
        self._steps = steps
        self.step = self.below = 0

    def neighbours(self, rank: int, last: int) -> tuple[float, float]:
        """The order statistics `rank`, from 0, and `rank` + 1, or itself where it is the `last`."""
        steps, step, below = self._steps, self.step, self.below
        while below > rank:
            step -= 1
            below -= steps[step]
        while below + steps[step] <= rank:
            below += steps[step]
            step += 1
        self.step, self.below = step, below
        following = step
        if rank < last and below + steps[step] == rank + 1:
            following += 1
            while not steps[following]:
                following += 1
        return step / STEPS_PER_PCT, following / STEPS_PER_PCT


def between(low: float, high: float, fraction: float) -> float:
    """Linear interpolation, from the nearer end: numpy's own rounding."""
    if fraction >= 0.5:
        return high - (high - low) * (1 - fraction)
    return low + (high - low) * fraction
