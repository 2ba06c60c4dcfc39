"""The reading of one view of an exam, or of its two views together."""

from collections import Counter

from edge.contract.grading import grade, grades_within
from edge.contract.interval import IntervalTable, interval_at
from edge.contract.messages import Acquisition, Summary
from edge.histogram import Histogram
from edge.reading.holds import Holds
from edge.reading.rules import RULES, RuleId, verdict
from edge.reading.typical import TypicalFrames


class ViewReading:
    """Median over all accepted frames, the holds they came in, and what was not counted.

    Attributes:
        interval: the model's calibration, or None.
        rule: by which the holds are judged.
        restarts: how often it has begun anew.
    """

    def __init__(self, interval: IntervalTable | None, rule: RuleId, restarts: int = 0) -> None:
        self.typical = TypicalFrames()
        self.holds = Holds()
        self.restarts = restarts
        self._frames = Histogram()
        self._quartiles: tuple[float, float, float] | None = None
        self._reasons: Counter[str] = Counter()
        self._unsure = 0
        self.interval = interval
        self.rule: RuleId = rule

    @property
    def median_pct(self) -> float | None:
        """Over all accepted frames, %."""
        quartiles = self._figures()
        return quartiles[1] if quartiles else None

    @property
    def frames(self) -> int:
        """Accepted so far."""
        return self._frames.total

    @property
    def acquisitions(self) -> list[Acquisition]:
        """The closed holds, as they came."""
        return self.holds.listed

    @property
    def sure(self) -> bool:
        """Whether most of the frames behind the median were read without a doubt."""
        return 2 * self._unsure < self.frames

    def add(self, fat_pct: float, at_ns: int, *, sure: bool = True) -> None:
        """Take in an estimate, 0-100 %, of a frame captured at `at_ns`, into the open hold.

        `sure`: whether nothing about the frame makes its estimate doubtful.
        """
        self._frames.add(fat_pct)
        self._unsure += not sure
        self._quartiles = None
        self.holds.add(fat_pct, at_ns)

    def reject(self, reason: str) -> None:
        """Count a frame that the gate kept out."""
        self._reasons[reason] += 1

    def restart(self) -> None:
        """Forget the frames and their holds; what was kept out stays counted."""
        if self.frames:
            self.restarts += 1
        self.typical, self.holds, self._frames = TypicalFrames(), Holds(), Histogram()
        self._quartiles = None
        self._unsure = 0

    def summary(
        self, frames_by_view: dict[str, int] | None = None, most: int | None = None
    ) -> Summary:
        """The running state.

        Args:
            frames_by_view: of a pair, the accepted frames of each view.
            most: holds that the rule may count at most; None: all.
        """
        holds, hold_median_pct, hold_iqr_pct = self.holds.figures()
        lower, median, upper = self._figures() or (None, None, None)
        interval = None
        if median is not None and self.interval:
            interval = interval_at(self.interval, median, sure=self.sure)
        counted = holds if most is None else min(holds, most)
        return Summary(
            median_pct=median,
            iqr_pct=None if upper is None or lower is None else upper - lower,
            frames=self.frames,
            holds=holds,
            hold_median_pct=hold_median_pct,
            hold_iqr_pct=hold_iqr_pct,
            interval_pct=interval,
            grade=None if median is None else grade(median),
            grades_possible=grades_within(*interval) if interval else [],
            verdict=verdict(RULES[self.rule], counted, hold_median_pct, hold_iqr_pct),
            rule=self.rule,
            frames_by_view=frames_by_view or {},
            reasons=dict(self._reasons),
            restarts=self.restarts,
        )

    def _figures(self) -> tuple[float, float, float] | None:
        """Quartiles of the accepted frames, computed when asked for; None before one."""
        if self._quartiles is None and self._frames.total:
            self._quartiles = self._frames.quartiles()
        return self._quartiles
