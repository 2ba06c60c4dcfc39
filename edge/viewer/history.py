"""The present exam's frames of one scanner, so that a page that is opened late shows them too."""

from collections import deque

from edge.client import Estimate

MAX_POINTS = 18_000
"""Ten minutes of one view at 30 frames a second."""

Point = tuple[float, float | None, float | None, float | None, int, int]
"""Publication (s since the Unix epoch), frame %, median %, IQR %, holds, `seq`."""


class ExamHistory:
    """Points by view; a new exam starts afresh."""

    def __init__(self) -> None:
        self.exam = ""
        self.points: dict[str, deque[Point]] = {}

    def add(self, estimate: Estimate) -> None:
        """Take in an estimate; a blank one holds nothing."""
        if estimate.blank:
            return
        if estimate.exam != self.exam:
            self.exam = estimate.exam
            self.points.clear()
        points = self.points.setdefault(estimate.view or "?", deque(maxlen=MAX_POINTS))
        points.append(
            (
                estimate.publish_ns / 1e9,
                estimate.fat_pct,
                estimate.median_pct,
                estimate.iqr_pct,
                estimate.holds,
                estimate.seq,
            )
        )

    def columns(self) -> dict[str, list[list[float | None]]]:
        """By view: six columns, as `Point` has them."""
        return {
            view: [list(column) for column in zip(*points, strict=True)]
            for view, points in self.points.items()
        }
