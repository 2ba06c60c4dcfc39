"""The interval in which a subject's H-MRS lies, as a table: what the bundle carries of it."""

from bisect import bisect_right
from typing import Annotated

import msgspec
from msgspec import Meta

Percent = Annotated[float, Meta(ge=0, le=100)]


class IntervalTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Knots of a piecewise linear interval; estimates rise, and so do both bounds.

    ValueError where they do not, where a low bound is above a high one, or where lengths differ.
    """

    confidence: Annotated[float, Meta(gt=0, lt=1)]
    subjects: int
    """That it was calibrated on."""
    estimate_pct: list[Percent]
    """Median of a subject's estimates, H-MRS %, from 0 to 100."""
    low_pct: list[Percent]
    high_pct: list[Percent]
    unsure: "IntervalTable | None" = None
    """The same for estimates of frames whose scale is not known, each bound beyond this one's."""

    def __post_init__(self) -> None:
        columns = (self.estimate_pct, self.low_pct, self.high_pct)
        if len({len(column) for column in columns}) != 1 or len(self.estimate_pct) < 2:
            raise ValueError("an interval table has columns of one length, two knots at least")
        if any(sorted(column) != column for column in columns):
            raise ValueError("an interval table's columns rise")
        if any(low > high for low, high in zip(self.low_pct, self.high_pct, strict=True)):
            raise ValueError("an interval table's low bounds are not above its high ones")


def interval_at(
    table: IntervalTable, estimate_pct: float, *, sure: bool = True
) -> tuple[float, float]:
    """Lower and upper bound of H-MRS %, at an estimate; beyond the table, those of its end.

    `sure`: False for an estimate of frames that may have been read wrongly; the wider table is
    taken, where there is one.
    """
    table = table if sure else table.unsure or table
    knots = table.estimate_pct
    at = min(max(estimate_pct, knots[0]), knots[-1])
    after = min(max(bisect_right(knots, at), 1), len(knots) - 1)
    step = knots[after] - knots[after - 1]
    share = (at - knots[after - 1]) / step if step else 0.0
    return (
        _between(table.low_pct, after, share),
        _between(table.high_pct, after, share),
    )


def _between(column: list[float], after: int, share: float) -> float:
    return column[after - 1] + share * (column[after] - column[after - 1])
