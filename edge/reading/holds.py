"""Holds: runs of frames from one place. The unit of repeatability is the hold, not the frame."""

from bisect import insort
from dataclasses import dataclass, field

from edge.contract.messages import Acquisition
from edge.histogram import Histogram
from edge.reading.quartiles import quartiles

MIN_FRAMES = 10
"""Frames below which a run does not count: the median of fewer follows single ones."""

MIN_NS = 1_000_000_000
"""Length below which it does not count, 1 s: what is passed over while one looks for the place is
shorter. On the real sweep, which is never held, the longest run is of 18 frames, under 0.9 s."""

MAX_LISTED = 64
"""Holds of a view that a final reading lists one by one; all of them count."""


Figures = tuple[int, float | None, float | None]


@dataclass
class OpenHold:
    """The hold that is going on."""

    last_ns: int
    span_ns: int = 0
    values: Histogram = field(default_factory=Histogram)

    def add(self, fat_pct: float, at_ns: int) -> None:
        """Take in an estimate; a clock that is set back makes no time undone."""
        self.span_ns += max(0, at_ns - self.last_ns)
        self.last_ns = at_ns
        self.values.add(fat_pct)

    @property
    def counts(self) -> bool:
        """Whether it is long enough."""
        return self.values.total >= MIN_FRAMES and self.span_ns >= MIN_NS


class Holds:
    """The holds of one view. The one that is open counts as soon as it is long enough."""

    def __init__(self) -> None:
        self.listed: list[Acquisition] = []
        self._medians: list[float] = []
        self._open: OpenHold | None = None
        self._figures: Figures | None = None

    def add(self, fat_pct: float, at_ns: int) -> None:
        """Take in an accepted estimate; the first after a close begins the next hold.

        `at_ns`: when its frame was captured.
        """
        if self._open is None:
            self._open = OpenHold(at_ns)
        self._open.add(fat_pct, at_ns)
        self._figures = None

    def close(self) -> None:
        """The hold is over; one that is too short is forgotten."""
        closed = self._acquisition()
        if closed is not None:
            insort(self._medians, closed.median_pct)
            if len(self.listed) < MAX_LISTED:
                self.listed.append(closed)
        self._open = self._figures = None

    def figures(self) -> Figures:
        """How many holds count, the median of their medians and its interquartile range, %."""
        if self._figures is None:
            self._figures = self._compute()
        return self._figures

    def _compute(self) -> Figures:
        medians = self._medians
        present = self._acquisition()
        if present is not None:
            medians = [*medians]
            insort(medians, present.median_pct)
        if not medians:
            return 0, None, None
        lower, median, upper = quartiles(medians)
        return len(medians), median, upper - lower

    def _acquisition(self) -> Acquisition | None:
        """The open hold, where it is long enough to count."""
        if self._open is None or not self._open.counts:
            return None
        values = self._open.values
        lower, median, upper = values.quartiles()
        return Acquisition(median_pct=median, iqr_pct=upper - lower, frames=values.total)
