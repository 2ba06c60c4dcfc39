"""What has been published of one scanner: plain numbers, counted by the loop, read by anyone."""

import time
from bisect import bisect_left
from collections import Counter, defaultdict

from edge.contract.grading import PAIR
from edge.contract.messages import Estimate

AGE_BOUNDS_S = (0.005, 0.01, 0.02, 0.033, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1.0, 2.0)
"""0.033: a frame's time at 30 a second; 0.05 and 0.15: the goals of an overloaded daemon."""


class Histogram:
    """Counts of values by their size.

    Attributes:
        bounds: upper ends, inclusive, ascending.
        counts: one more than bounds; the last is of values above all of them.
        total: sum of the values.
    """

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def add(self, value: float) -> None:
        """Count one value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value


class Tally:
    """Of one scanner; its loop's thread counts.

    Attributes:
        estimates: published so far, by view ("AR", "HR", "AR+HR", "?").
        refused: of them those without a number, by the gate's reason.
        readings: final ones.
        stage_s: time spent on frames so far, by stage.
        frames: that `stage_s` is the sum of.
        age_s: from receipt to publication.
        received_ns, settled_ns: of the last frame with an estimate: when it came, and when that
            was out (monotonic clock).
    """

    def __init__(self) -> None:
        self.estimates: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.readings = 0
        self.stage_s: dict[str, float] = defaultdict(float)
        self.frames = 0
        self.age_s = Histogram(AGE_BOUNDS_S)
        self.received_ns = self.settled_ns = 0

    def estimate(self, estimate: Estimate, received_ns: int) -> None:
        """Count an estimate that has just been published."""
        self.estimates[estimate.view or "?"] += 1
        if estimate.reason:
            self.refused[estimate.reason] += 1
        self.age_s.add(estimate.age_ms / 1e3)
        self.received_ns, self.settled_ns = received_ns, time.monotonic_ns()
        if estimate.view != PAIR:  # the pair's times are those of its frame once more
            self._stages(estimate)

    def _stages(self, estimate: Estimate) -> None:
        self.frames += 1
        left_ms, stage_s = estimate.age_ms, self.stage_s
        for stage, spent_ms in estimate.stage_ms.items():
            stage_s[stage] += spent_ms / 1e3
            left_ms -= spent_ms
        stage_s["publish"] += max(left_ms, 0.0) / 1e3
