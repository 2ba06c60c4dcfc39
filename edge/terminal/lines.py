"""The board as plain lines, for a pipe or a log: one a second for each view that had a frame."""

from collections.abc import Iterator

from edge.contract.topics import SILENCE_S
from edge.terminal import figures
from edge.terminal.board import Board, ScannerBoard, ViewRow
from edge.terminal.table import stale, waiting

PERIOD_S = 1.0


class Lines:
    """Turns the board into lines, each said once; times are the board's."""

    def __init__(self, source: str) -> None:
        """`source`: where the estimates come from, in words."""
        self._source = source
        self._begun_s: float | None = None
        self._due_s = float("-inf")
        self._said: dict[str, object] = {}

    def new(self, board: Board, now_s: float, *, at_once: bool = False) -> list[str]:
        """Lines that are due at `now_s`; none within a second of the last unless `at_once`."""
        if now_s < self._due_s and not at_once:
            return []
        lines = list(self._changed(board, now_s))
        if lines:
            self._due_s = now_s + PERIOD_S
        return lines

    def _changed(self, board: Board, now_s: float) -> Iterator[str]:
        if self._begun_s is None:
            self._begun_s = now_s
            yield f"listening to {self._source}. {figures.NOTICE}"
        silent = not board.scanners and now_s - self._begun_s > SILENCE_S
        if self._is_new("silent", silent, before=False) and silent:
            yield waiting(self._source)
        for name, scanner in board.scanners.items():
            yield from self._of_scanner(figures.safe(name), scanner, now_s)
        counts = (board.missed, board.refused)
        if self._is_new("this viewer", counts, before=(0, 0)):
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
    is_read = estimate.reason is None
    figures_now = (
        f"frame {figures.pct(estimate.fat_pct)} %" if is_read else "frame not read",
        f"median {figures.pct(estimate.median_pct)} %",
        f"IQR {figures.pct(estimate.iqr_pct)} %",
        f"grade {figures.grades(estimate)}",
        f"{estimate.frames} frames",
        figures.holds(estimate),
        f"{row.rate.per_s(now_s):.1f} fps",
        f"age {estimate.age_ms:.1f} ms",
    )
    why = "" if estimate.reason is None else f". {figures.reason(estimate.reason)}"
    return ", ".join(figures_now) + why
