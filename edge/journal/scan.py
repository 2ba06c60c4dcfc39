"""Goes through the rows in order and checks each against its seal; holds no snapshot for long."""

import sqlite3
from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

import msgspec

from edge.journal import rows
from edge.journal.chain import START, Chain
from edge.journal.connection import Connection, one
from edge.journal.head import Tip
from edge.journal.marks import Anchor, read_mark
from edge.journal.rows import Row

CHUNK = 2000
"""Rows read in one go: a reader that held on would keep the log from being emptied."""

Fault = Literal["changed", "missing", "unreadable"]


class Scanned(NamedTuple):
    """One row, or a fault in its place. `id`: of the first that is missing or unreadable."""

    id: int
    exam: int
    number: int
    row: Row | None
    fault: Fault | None = None


Stored = tuple[int, int, int, bytes, bytes]


class Scan:
    """The rows from one id on, each with what is wrong with it."""

    def __init__(self, connection: Connection, chain: Chain, first: int | None = None) -> None:
        """`first`: the row to begin with; None: the first that is kept."""
        self._connection = connection
        self._chain = chain
        anchor = read_mark(connection, chain, Anchor)
        self.anchored = anchor is not None
        anchor = anchor or Anchor(one(connection, "SELECT min(id) FROM rows") or 1)
        self._next, self._seal = anchor.first, anchor.seal
        if first is not None and first > self._next:
            before = one(connection, "SELECT seal FROM rows WHERE id = ?", (first - 1,))
            self._next, self._seal = first, before if isinstance(before, bytes) else START
        self._due = self._seal

    def __iter__(self) -> Iterator[Scanned]:
        """Each row in turn; a row that is damaged or missing comes as a fault."""
        try:
            while chunk := self._chunk():
                for stored in chunk:
                    yield from self._look_at(stored)
        except (sqlite3.DatabaseError, OverflowError):
            yield Scanned(self._next, rows.NO_EXAM, 0, None, "unreadable")

    def _chunk(self) -> list[Stored]:
        query = "SELECT id, exam, number, data, seal FROM rows WHERE id >= ? ORDER BY id LIMIT ?"
        chunk = list(self._connection.execute(query, (self._next, CHUNK)))
        if chunk and chunk[0][0] > self._next:
            self._follow_purge()
        return chunk

    def _follow_purge(self) -> None:
        """Rows may have been purged between two looks: then the anchor says so."""
        anchor = read_mark(self._connection, self._chain, Anchor)
        if anchor is not None and anchor.first > self._next:
            self._next, self._seal, self._due = anchor.first, anchor.seal, anchor.seal

    def _look_at(self, stored: Stored) -> Iterator[Scanned]:
        at, exam, number, data, seal = _typed(stored)
        if at > self._next:
            yield Scanned(self._next, rows.NO_EXAM, 0, None, "missing")
        place = (at, exam, number)
        made = self._chain.row(self._seal, place, data)
        proven = made == seal or self._chain.row(self._due, place, data) == seal
        # Where the seal itself was hit, the next row still follows the one that was due.
        self._seal, self._due, self._next = seal, made, at + 1
        row = _decoded(data) if proven else None
        yield Scanned(at, exam, number, row, None if row else "changed")


def _typed(stored: tuple[Any, ...]) -> Stored:
    """A row whose fields are what they should be; where they are not, its seal cannot hold."""
    at, exam, number, data, seal = stored
    if isinstance(exam, int) and isinstance(number, int) and isinstance(data, bytes):
        return at, exam, number, data, seal if isinstance(seal, bytes) else b""
    return at, rows.NO_EXAM, 0, b"", seal if isinstance(seal, bytes) else b""


def _decoded(data: bytes) -> Row | None:
    try:
        return rows.decode(data)
    except msgspec.DecodeError:
        return None


def reaches(connection: Connection, chain: Chain, head: Tip) -> bool:
    """Whether the row that the head tells of is there, or was purged."""
    if head.id < (read_mark(connection, chain, Anchor) or Anchor()).first:
        return True
    seal = one(connection, "SELECT seal FROM rows WHERE id = ?", (head.id,))
    return bool(seal == head.seal)
