"""What was published, out of the journal: estimates, computed again from their rows; readings."""

from collections.abc import Callable, Iterator
from typing import Any, Literal

import msgspec

from edge.contract.grading import PAIR
from edge.journal import rows
from edge.journal.chain import Chain
from edge.journal.connection import Connection
from edge.journal.replay import Replay
from edge.journal.scan import Scan, Scanned
from edge.journal.wholeness import Wholeness

What = Literal["estimates", "readings"]

RUNNING = (
    *("median_pct", "iqr_pct", "frames", "holds", "hold_median_pct", "hold_iqr_pct"),
    *("grade", "verdict", "rule", "restarts"),
)
"""Of the running state, what an estimate is exported with; under the wire's names, as all is. The
calibrated interval is the bundle's and is not written down with each frame."""

ESTIMATE = (
    *("scanner", "exam", "view", "epoch", "seq", "capture_ns", "fat_pct", "reason", "flags"),
    *(*RUNNING, "ledger", "model", "whole"),
)
READING = ("scanner", "exam", "view", *RUNNING, "interval_pct", "reasons", "ledger", "model")

Row = dict[str, Any]


class Export:
    """Goes through the rows and gives back what was published; damaged rows are left out.

    Attributes:
        damaged: rows that were left out, and exams whose running state cannot be told.
    """

    def __init__(self, connection: Connection, chain: Chain, exam: str | None = None) -> None:
        """`exam`: only this one; None: all."""
        self._scan = Scan(connection, chain)
        self._exam = exam
        self._whole = Wholeness()
        self._replays: dict[int, Replay] = {}
        self._frames: dict[int, rows.Frame] = {}
        """The last of each exam."""
        self.damaged = 0

    def found(self, what: What, told: Callable[[], None] = lambda: None) -> Iterator[Row]:
        """All of one kind, in the order in which they were written down."""
        for scanned in self._scan:
            told()
            whole = self._whole.see(scanned)
            if scanned.row is None:
                self.damaged += 1
            elif isinstance(scanned.row, rows.Stray):
                yield from self._stray(scanned.row, what)
            elif scanned.exam != rows.NO_EXAM:
                yield from self._of_exam(scanned, scanned.row, what, whole=whole)

    def _of_exam(
        self, scanned: Scanned, row: rows.Row, what: What, *, whole: bool
    ) -> Iterator[Row]:
        if isinstance(row, rows.Opened):
            self._replays[scanned.exam] = Replay(scanned.exam, row)
            return
        replay = self._replays.get(scanned.exam)
        if replay is None or self._exam not in (None, replay.opened.exam):
            return
        if whole:
            replay.apply(row)
        if isinstance(row, rows.Frame):
            self._frames[scanned.exam] = row
        if isinstance(row, rows.Ended):
            del self._replays[scanned.exam]
            self._frames.pop(scanned.exam, None)
            if what == "readings" and row.reading is not None:
                yield from _reading(row)
        elif what == "estimates" and isinstance(row, rows.Frame | rows.Pair):
            yield _estimate(replay, self._frames[scanned.exam], row, whole=whole)

    def _stray(self, row: rows.Stray, what: What) -> Iterator[Row]:
        if what == "estimates" and self._exam in (None, row.exam):
            said = dict.fromkeys(ESTIMATE) | _of_frame(row.frame, row.scanner, row.exam)
            yield said | {"model": msgspec.to_builtins(row.model), "frames": 0, "whole": True}


def _estimate(
    replay: Replay, frame: rows.Frame, row: rows.Frame | rows.Pair, *, whole: bool
) -> Row:
    """The estimate of a row, `frame` itself or the pair after it; what is not known is None."""
    said = dict.fromkeys(ESTIMATE) | _of_frame(frame, replay.opened.scanner, replay.opened.exam)
    if isinstance(row, rows.Pair):
        said |= {"view": PAIR, "fat_pct": row.fat_pct, "reason": row.reason, "flags": row.flags}
    if whole:
        said["model"] = msgspec.to_builtins(replay.model)
    if whole and said["view"] is not None:
        summary = replay.exam.reading.summary(said["view"])
        said |= {name: getattr(summary, name) for name in RUNNING}
    return said | {"whole": whole}


def _of_frame(frame: rows.Frame, scanner: str, exam: str) -> Row:
    return {
        "scanner": scanner,
        "exam": exam,
        "view": frame.view,
        "epoch": frame.epoch,
        "seq": frame.seq,
        "capture_ns": frame.capture_ns,
        "fat_pct": frame.fat_pct,
        "reason": frame.reason,
        "flags": frame.flags,
        "ledger": msgspec.to_builtins(rows.ledger_of(frame.counts)),
    }


def _reading(row: rows.Ended) -> Iterator[Row]:
    """One row for each view of a reading."""
    reading = row.reading
    for view, summary in reading.views.items() if reading else ():
        said = {**msgspec.to_builtins(reading), **msgspec.to_builtins(summary), "view": view}
        yield {name: said[name] for name in READING}
