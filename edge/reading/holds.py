"""Holds: runs of frames from one place. The unit of repeatability is the hold, not the frame."""

from bisect import insort

from edge.contract.messages import Acquisition
from edge.histogram import Histogram
from edge.reading.quartiles import quartiles

MIN_FRAMES = 10
"""Frames below which a run does not count: a third of a second at 30 Hz. Shorter runs are passed
over while one looks for the place, and the median of fewer frames follows single ones."""

MAX_LISTED = 64
"""Holds of a view that a final reading lists one by one; all of them count."""


Figures = tuple[int, float | None, float | None]


class Holds:
    """The holds of one view. The one that is open counts as soon as it is long enough."""

    def __init__(self) -> None:
        self.listed: list[Acquisition] = []
        self._medians: list[float] = []
        self._open: Histogram | None = None
        self._figures: Figures | None = None

    def add(self, fat_pct: float) -> None:
        """Take in an accepted estimate; the first after a close begins the next hold."""
        if self._open is None:
            self._open = Histogram()
        self._open.add(fat_pct)
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
        if self._open is None or self._open.total < MIN_FRAMES:
            return None
        lower, median, upper = self._open.quartiles()
        return Acquisition(median_pct=median, iqr_pct=upper - lower, frames=self._open.total)
