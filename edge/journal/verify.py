"""Is the journal as it was written? Every row, every mark, and the file's own structure."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from edge.journal import rows
from edge.journal.chain import Chain
from edge.journal.connection import Connection, one
from edge.journal.head import Tip, read_head
from edge.journal.marks import StateMark, read_mark
from edge.journal.partners import read_partners
from edge.journal.scan import Scan, reaches
from edge.journal.wholeness import Wholeness

SHOWN = 20
"""Faults that are told one by one."""


@dataclass
class Report:
    """What a check has found.

    Attributes:
        first, last: ids of the rows that are kept; both 0 where there are none.
        rows, exams, estimates, readings: how many there are, and are whole.
        open: exams that have not ended.
        damaged: exams that rows are missing of, or may be; a start does not go on with them.
        faults: what is wrong, in words, the first of them.
        wrong: how many faults there are.
        notes: what cannot be told, or is no fault.
    """

    first: int = 0
    last: int = 0
    rows: int = 0
    exams: int = 0
    estimates: int = 0
    readings: int = 0
    open: int = 0
    damaged: int = 0
    faults: list[str] = field(default_factory=list)
    wrong: int = 0
    notes: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.wrong

    def fault(self, text: str) -> None:
        """Add a fault."""
        self.wrong += 1
        if len(self.faults) < SHOWN:
            self.faults.append(text)


def verify(
    connection: Connection, chain: Chain, path: Path, told: Callable[[int], None] = lambda _: None
) -> Report:
    """Check a journal, also while a daemon writes it.

    `path`: of the journal, for what lies beside it. `told`: called with the rows gone through.
    """
    report = Report()
    # Looked at before the rows, so that it never tells of more than there is.
    head = read_head(path, chain)
    scan = Scan(connection, chain)
    if not scan.anchored:
        report.fault("the mark of where the rows begin is damaged")
    if read_mark(connection, chain, StateMark) is None:
        report.fault("the mark of what goes on is damaged")
    whole = Wholeness()
    _check_rows(report, scan, whole, told)
    try:
        _check_end(report, connection, whole, head, chain)
        _check_beside(report, connection, chain)
    except sqlite3.DatabaseError as error:
        report.fault(f"SQLite: {error}")
    whole.close()
    report.open, report.damaged = len(whole.open), len(whole.damaged)
    return report


def _check_rows(report: Report, scan: Scan, whole: Wholeness, told: Callable[[int], None]) -> None:
    for scanned in scan:
        whole.see(scanned)
        if scanned.row is None:
            report.fault(f"row {scanned.id}: {scanned.fault}")
        elif isinstance(scanned.row, rows.Damage):
            report.fault(f"row {scanned.id}: a start found rows before it damaged or missing")
        else:
            _count(report, scanned.row)
        report.first = report.first or scanned.id
        report.last = scanned.id
        told(report.rows)


def _count(report: Report, row: rows.Row) -> None:
    report.rows += 1
    report.exams += isinstance(row, rows.Opened)
    report.estimates += isinstance(row, rows.Frame | rows.Pair | rows.Stray)
    report.readings += isinstance(row, rows.Ended) and row.reading is not None


def _check_end(
    report: Report, connection: Connection, whole: Wholeness, head: Tip | None, chain: Chain
) -> None:
    """Whether the rows reach as far as they once did."""
    if head is None:
        if report.rows:
            report.notes.append("the .head file is missing or damaged: no lost end could be seen")
    elif not reaches(connection, chain, head):
        report.fault(f"the end is missing or changed: row {head.id} was written once")
        whole.doubt()


def _check_beside(report: Report, connection: Connection, chain: Chain) -> None:
    """The frames kept for pairing, and the structure of the file."""
    _, damaged = read_partners(connection, chain)
    if damaged:
        report.fault(f"{damaged} frames kept for pairing: changed")
    found = one(connection, f"PRAGMA integrity_check({SHOWN})")
    if found != "ok":
        report.fault(f"SQLite: {found}")
