"""All that is kept of one exam of one scanner: its views, and the two of them together."""

from collections.abc import Mapping
from typing import NamedTuple

from edge.contract.crop import Gray
from edge.contract.grading import PAIR, VIEWS, View
from edge.contract.interval import IntervalTable
from edge.contract.messages import Acquisition, Summary
from edge.reading.boundaries import Boundaries, Moment
from edge.reading.rules import DEFAULT_RULE, RuleId
from edge.reading.typical import Features, Kept
from edge.reading.view import ViewReading


class Added(NamedTuple):
    """What became of a frame: whether a hold begins with it, and what is kept for pairing."""

    begins: bool
    kept: Kept


class ExamReading:
    """One exam.

    `intervals`: calibration of the models that have one, by "AR", "HR" or "AR+HR". `afresh`:
    something of the exam is lost, so its views count as restarted from the first.

    Attributes:
        rule: id of the rule of the verdict.
    """

    def __init__(
        self,
        intervals: Mapping[str, IntervalTable] | None = None,
        rule: RuleId = DEFAULT_RULE,
        *,
        afresh: bool = False,
    ) -> None:
        self._intervals = intervals or {}
        self.rule: RuleId = rule
        self._afresh = afresh
        self._views: dict[str, ViewReading] = {}
        self._boundaries = Boundaries()
        self._present: View | None = None
        self._now_ns = 0

    def add(
        self,
        view: View,
        fat_pct: float,
        features: Features | None,
        moment: Moment,
        *,
        sure: bool = True,
    ) -> Added:
        """Take in an accepted frame.

        Args:
            view: of the frame.
            fat_pct: its estimate, 0-100 %.
            features: of its trunk, float32 (1, n); None where they are not kept.
            moment: when it was taken.
            sure: whether nothing makes its estimate doubtful; the interval of a median of mostly
                doubtful frames is a wider one.
        """
        if view != self._present:
            self.end_holds()
            self._present = view
        self._now_ns = moment.capture_ns
        begins = self._boundaries.begins(moment)
        if begins:
            self._close_holds()
        reading = self._of(view)
        reading.add(fat_pct, moment.capture_ns, sure=sure)
        kept = Kept()
        if features is not None:
            kept = reading.typical.add(fat_pct, features, reading.median_pct or 0.0)
        return Added(begins, kept)

    def see(self, window: Gray) -> None:
        """Look where the probe is, at the window of the frame just added: (n, n) uint8."""
        self._boundaries.see(window)

    def add_pair(self, fat_pct: float) -> None:
        """Take in the estimate of the frame just added together with the other view's partner.

        Its holds are those of the frame.
        """
        sure = all(self._views[view].sure for view in VIEWS if view in self._views)
        self._of(PAIR).add(fat_pct, self._now_ns, sure=sure)

    def reject(self, view: str, reason: str) -> None:
        """Count a frame, or a pair, that was not counted, by its reason."""
        self._of(view).reject(reason)

    def restart(self, view: View) -> None:
        """Begin a view anew, and with it the pair: its frames were taken another way."""
        for name in (view, PAIR):
            if name in self._views:
                self._views[name].restart()
        if view == self._present:
            self._boundaries.end()

    def begin_anew(self, rule: RuleId) -> None:
        """Begin every view anew, by this rule: another model or rule runs from here on.

        Also the views of which no more frames come: a pair never mixes two models.
        """
        self.end_holds()
        self.rule = rule
        for reading in self._views.values():
            reading.restart()
            reading.rule = rule

    def calibrate(self, intervals: Mapping[str, IntervalTable]) -> None:
        """Take the calibration of another model."""
        self._intervals = intervals
        for view, reading in self._views.items():
            reading.interval = intervals.get(view)

    def recall(self, view: View, fat_pct: float, features: Features) -> None:
        """Take back the features of a frame that has been counted already."""
        if view in self._views:
            self._views[view].typical.recall(fat_pct, features)

    def end_holds(self) -> None:
        """Whatever hold is open is over: the picture froze, or another view came."""
        self._boundaries.end()
        self._close_holds()

    def partner(self, view: View) -> Features | None:
        """Features of the other view's most typical frame so far, or None before it has one."""
        other = self._views.get("HR" if view == "AR" else "AR")
        if other is None or other.median_pct is None or not other.typical.features:
            return None
        return other.typical.nearest(other.median_pct)

    def summary(self, view: str) -> Summary:
        """Running state of "AR", "HR" or "AR+HR"; empty where no frame has come."""
        reading = self._views.get(view) or self._new(view)
        if view != PAIR:
            return reading.summary()
        # The pair repeats no more than the view that was repeated less.
        views = [self._views[name] for name in VIEWS if name in self._views]
        most = min((each.holds.figures()[0] for each in views), default=0)
        frames = {str(name): self._views[name].frames for name in VIEWS if name in self._views}
        return reading.summary(frames, most)

    def summaries(self) -> dict[str, Summary]:
        """Running state of every view that had frames, and of the pair."""
        return {view: self.summary(view) for view in (*VIEWS, PAIR) if view in self._views}

    def acquisitions(self) -> dict[str, list[Acquisition]]:
        """The closed holds of every view that has any."""
        found = {view: reading.acquisitions for view, reading in self._views.items()}
        return {view: list(holds) for view, holds in found.items() if holds}

    def _close_holds(self) -> None:
        for reading in self._views.values():
            reading.holds.close()

    def _of(self, view: str) -> ViewReading:
        if view not in self._views:
            self._views[view] = self._new(view)
        return self._views[view]

    def _new(self, view: str) -> ViewReading:
        return ViewReading(self._intervals.get(view), self.rule, int(self._afresh))
