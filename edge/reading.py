"""The reading of one exam: running median and spread for each view, and for the two together."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from edge.contract.grading import PAIR, View, grade
from edge.contract.interval import IntervalTable, interval_at
from edge.contract.messages import Summary
from edge.histogram import Histogram

Features = NDArray[np.float32]

MAX_TYPICAL = 128
"""Frames kept for pairing: at most this many different values, 8 MB of features a view."""


class RunningMedian:
    """Median and interquartile range over the accepted frames so far."""

    def __init__(self, interval: IntervalTable | None = None) -> None:
        self._histogram = Histogram()
        self._interval = interval
        self.summary = Summary(median_pct=None, iqr_pct=None, frames=0, grade=None)

    def add(self, fat_pct: float) -> None:
        """Take in one accepted frame's estimate, 0-100 %."""
        self._histogram.add(fat_pct)
        lower, median, upper = self._histogram.quartiles()
        self.summary = Summary(
            median_pct=median,
            iqr_pct=upper - lower,
            frames=self._histogram.total,
            interval_pct=interval_at(self._interval, median) if self._interval else None,
            grade=grade(median),
        )


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
        return self.features[min(self.features, key=lambda value: (abs(value - median_pct), value))]


@dataclass
class ViewReading:
    """One view of an exam."""

    median: RunningMedian
    typical: TypicalFrames = field(default_factory=TypicalFrames)


class ExamReading:
    """All that is kept of one exam of one scanner; `intervals`: of the models that have one."""

    def __init__(self, intervals: Mapping[str, IntervalTable] | None = None) -> None:
        self._intervals = intervals or {}
        self._views: dict[View, ViewReading] = {}
        self._pair = RunningMedian(self._intervals.get(PAIR))

    def add(self, view: View, fat_pct: float, features: Features) -> None:
        """Take in an accepted frame: its estimate and its trunk's features, float32 (1, n)."""
        reading = self._views.get(view)
        if reading is None:
            reading = ViewReading(RunningMedian(self._intervals.get(view)))
            self._views[view] = reading
        reading.median.add(fat_pct)
        median_pct = reading.median.summary.median_pct
        reading.typical.add(fat_pct, features, fat_pct if median_pct is None else median_pct)

    def partner(self, view: View) -> Features | None:
        """Features of the other view's most typical frame so far, or None before it has one."""
        other: View = "HR" if view == "AR" else "AR"
        reading = self._views.get(other)
        if reading is None or reading.median.summary.median_pct is None:
            return None
        return reading.typical.nearest(reading.median.summary.median_pct)

    def add_pair(self, fat_pct: float) -> None:
        """Take in the estimate of a pair of frames."""
        self._pair.add(fat_pct)

    def summary(self, view: str) -> Summary:
        """Running state of "AR", "HR" or "AR+HR"; empty where no frame has come."""
        if view == PAIR:
            return self._pair.summary
        reading = self._views.get(view)  # type: ignore[call-overload]
        return reading.median.summary if reading else RunningMedian().summary

    def summaries(self) -> dict[str, Summary]:
        """Running state of every view that has frames, and of the pair."""
        found = {str(view): reading.median.summary for view, reading in self._views.items()}
        if self._pair.summary.frames:
            found[PAIR] = self._pair.summary
        return found
