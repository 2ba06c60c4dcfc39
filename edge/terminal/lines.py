"""The board as plain lines, for a pipe or a log: one a second for each view that had a frame."""

from collections.abc import Iterator

from edge.terminal import figures
from edge.terminal.board import Board, ScannerBoard, ViewRow
from edge.terminal.table import stale

PERIOD_S = 1.0


class Lines:
    """Turns the board into lines, each said once; times are the board's."""

    def __init__(self) -> None:
        self._due_s = float("-inf")
        self._said: dict[str, object] = {}

    def new(self, board: Board, now_s: float) -> Iterator[str]:
        """Lines that are due at `now_s`; none within a second of the last."""
        if now_s < self._due_s:
            return
        self._due_s = now_s + PERIOD_S
        for name, scanner in board.scanners.items():
            yield from self._of_scanner(figures.safe(name), scanner, now_s)
        if self._is_new("this viewer", (board.missed, board.refused), (0, 0)):
            yield f"this viewer: missed {board.missed}, refused {board.refused} messages"

    def _of_scanner(self, name: str, scanner: ScannerBoard, now_s: float) -> Iterator[str]:
        is_stale = scanner.is_stale(now_s)
        if self._is_new(f"{name} stale", is_stale, before=False):
            yield f"{name}: {stale(scanner, now_s) if is_stale else 'heard again'}"
        status = scanner.status
        if status and self._is_new(f"{name} state", (scanner.pub_epoch, status.state)):
            yield f"{name}: {figures.state(status.state)}, {figures.model(scanner.model)}"
        for view, row in scanner.rows().items():
            estimate = row.estimate
            if self._is_new(f"{name} {view}", (estimate.pub_epoch, estimate.pub_seq)):
                yield f"{name} {view}: {_estimate(row, now_s)}"

    def _is_new(self, key: str, value: object, before: object = None) -> bool:
        is_new = self._said.get(key, before) != value
        self._said[key] = value
        return is_new


def _estimate(row: ViewRow, now_s: float) -> str:
    estimate = row.estimate
    if estimate.reason is not None:
        frame = f"frame not read: {figures.reason(estimate.reason)}"
    else:
        frame = f"frame {figures.pct(estimate.fat_pct)} %"
    return ", ".join(
        (
            frame,
            f"median {figures.pct(estimate.median_pct)} %",
            f"IQR {figures.pct(estimate.iqr_pct)} %",
            f"grade {figures.grade(estimate.grade)}",
            f"{estimate.frames} frames",
            f"{row.rate.per_s(now_s):.1f} fps",
            f"age {estimate.age_ms:.1f} ms",
        )
    )
