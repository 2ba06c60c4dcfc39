"""The journal's file: rows in, in one transaction at a time; old ones out."""

import contextlib
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from edge.journal import rows
from edge.journal.chain import START, Chain
from edge.journal.connection import PAGE_BYTES, Connection, one
from edge.journal.errors import JournalError
from edge.journal.head import Tip
from edge.journal.marks import Anchor, read_mark, write_mark
from edge.journal.partners import write_partner
from edge.journal.rows import Entry, Partner
from edge.journal.streams import Progress

PURGED_AT_ONCE = 1000
"""Rows taken out in one transaction: a few milliseconds, between two commits of frames."""

SHRUNK_AT_ONCE = 500
"""Free pages given back in one transaction."""

MARKED_EVERY = 10_000
"""Rows after which the state is marked anew, so that a start need not look at more than these."""


Sealed = tuple[int, int, int, bytes, bytes]
"""A row as it is stored: id, exam, number, data, seal."""


class Limits(NamedTuple):
    """What is kept: for so many days, and at most so many bytes of rows."""

    days: float
    max_bytes: int


class Store:
    """One writing connection and what it knows of the file; one thread uses it.

    Attributes:
        tip: the last row.
        progress: open exams and streams, as of the tip.
    """

    def __init__(self, connection: Connection, chain: Chain, progress: Progress) -> None:
        self.connection = connection
        self.progress = progress
        self._chain = chain
        # Damaged: as if nothing had been purged; a check of the journal tells of it.
        anchor = read_mark(connection, chain, Anchor) or Anchor()
        self.first = anchor.first
        self.tip = last_row(connection, anchor)

    def append(self, entries: Sequence[Entry], partners: Iterable[Partner] = ()) -> Tip:
        """Write rows and partners down in one transaction; the tip after it.

        Returns once the transaction is as safe as the connection's durability has it. What was
        known before stays right where this raises.
        """
        sealed, tip = self._seal(self.tip, entries)
        progress = self.progress.after(self.tip.id, entries)
        self._begin()
        try:
            self.connection.executemany("INSERT INTO rows VALUES (?, ?, ?, ?, ?)", sealed)
            for partner in partners:
                write_partner(self.connection, self._chain, partner)
            if progress.changed or tip.id - progress.marked >= MARKED_EVERY:
                progress = self._mark(progress, tip)
            self._run("COMMIT")
        except BaseException:
            self._roll_back()
            raise
        self.tip, self.progress = tip, progress
        return tip

    def prove(self, before: Tip, entries: Sequence[Entry]) -> None:
        """Make sure that just these rows have come after `before`: their commit raised, yet held.

        Raises:
            JournalError: the file has something else, so it is not the one that was written.
        """
        if self.tip != self._seal(before, entries)[1]:
            raise JournalError("the file has been replaced or cut short while it was written")
        self.progress = self.progress.after(before.id, entries)

    def purge(self, limits: Limits, utc_ns: int) -> int:
        """Take out some of the oldest rows where they are too old or too many; how many.

        Rows from the first open exam on stay.
        """
        until = min(self.first + PURGED_AT_ONCE, self.progress.needed_from(self.tip.id))
        if until <= self.first or not self._too_much(limits, until, utc_ns):
            return 0
        seal = one(self.connection, "SELECT seal FROM rows WHERE id = ?", (until - 1,))
        if not isinstance(seal, bytes):
            return 0  # damaged there: what cannot be anchored is kept
        self._begin()
        try:
            self._run("DELETE FROM rows WHERE id < ?", (until,))
            write_mark(self.connection, self._chain, Anchor(until, seal))
            self._run("COMMIT")
        except BaseException:
            self._roll_back()
            raise
        purged, self.first = until - self.first, until
        return purged

    def shrink(self, max_bytes: int) -> bool:
        """Give some free pages back where the file is larger than this; whether there were any.

        Pages that stay free are used for the next rows.
        """
        pages = one(self.connection, "PRAGMA page_count")
        free = one(self.connection, "PRAGMA freelist_count")
        over = min(free, pages - max_bytes // PAGE_BYTES, SHRUNK_AT_ONCE)
        if over <= 0:
            return False
        self._begin()
        try:
            for _ in range(over):
                self._run("PRAGMA incremental_vacuum(1)")  # a step of it frees one page
            self._run("COMMIT")
        except BaseException:
            self._roll_back()
            raise
        return True

    @property
    def used_bytes(self) -> int:
        """Of the database, without the log and free pages."""
        pages = one(self.connection, "PRAGMA page_count")
        return int((pages - one(self.connection, "PRAGMA freelist_count")) * PAGE_BYTES)

    def settle(self) -> None:
        """Copy the log into the database and sync both; whatever was doubtful is then safe."""
        self._run("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close the connection, which also empties the log."""
        self.connection.close()

    def _seal(self, after: Tip, entries: Sequence[Entry]) -> tuple[list[Sealed], Tip]:
        number, seal = after
        sealed: list[Sealed] = []
        for entry in entries:
            number += 1
            place = (number, entry.exam, entry.number)
            seal = self._chain.row(seal, place, entry.data)
            sealed.append((*place, entry.data, seal))
        return sealed, Tip(number, seal)

    def _mark(self, progress: Progress, tip: Tip) -> Progress:
        write_mark(self.connection, self._chain, progress.mark(tip.id))
        for exam in progress.ended:
            self._run("DELETE FROM partners WHERE exam = ?", (exam,))
        return progress.noted(tip.id)

    def _too_much(self, limits: Limits, until: int, utc_ns: int) -> bool:
        if self.used_bytes > limits.max_bytes:
            return True
        before_ns = utc_ns - round(limits.days * 86400e9)
        written_ns = self._written_ns(until)
        return written_ns is not None and written_ns < before_ns

    def _written_ns(self, until: int) -> int | None:
        """When the last row before `until` that tells a time was written."""
        query = "SELECT data FROM rows WHERE id < ? ORDER BY id DESC LIMIT 10"
        for (data,) in list(self.connection.execute(query, (until,))):
            row = rows.decode(data)
            row = row.frame if isinstance(row, rows.Stray) else row
            if isinstance(row, rows.Frame | rows.Ended | rows.Damage):
                return row.utc_ns
        return None

    def _begin(self) -> None:
        self._run("BEGIN IMMEDIATE")

    def _roll_back(self) -> None:
        """Undo; after some errors SQLite has done so itself."""
        with contextlib.suppress(Exception):  # the first error is the one to tell of
            self._run("ROLLBACK")

    def _run(self, sql: str, parameters: tuple[object, ...] = ()) -> None:
        list(self.connection.execute(sql, parameters))


def last_row(connection: Connection, anchor: Anchor) -> Tip:
    """The last row of the file, or the one that the anchor stands on."""
    found = list(connection.execute("SELECT id, seal FROM rows ORDER BY id DESC LIMIT 1"))
    if not found:
        return Tip(anchor.first - 1, anchor.seal)
    at, seal = found[0]
    return Tip(at, seal if isinstance(seal, bytes) else START)  # else damaged, and found to be
