"""What stands beside the rows, each under its own seal: where they begin, and what is going on."""

from typing import TypeVar

import msgspec

from edge.journal.chain import START, Chain
from edge.journal.connection import Connection


class Anchor(msgspec.Struct, frozen=True, array_like=True, tag="anchor"):
    """The first row that is kept, and the seal before it: older rows were purged."""

    first: int = 1
    seal: bytes = START


class StreamMark(msgspec.Struct, frozen=True, array_like=True):
    """A process of a scanner, so that its old frames are known again."""

    scanner: str
    epoch: int
    highest: int
    counts: tuple[int, int, int, int, int, int, int, int]


class StateMark(msgspec.Struct, frozen=True, array_like=True, tag="state"):
    """As of row `through`. An older one than the last only makes a start look at more rows."""

    through: int = 0
    next_exam: int = 1
    open: dict[int, int] = {}
    """First row of each exam that is open."""
    streams: list[StreamMark] = []
    """The one heard last stands last."""
    frozen: dict[str, int | None] = {}
    """By scanner, the epoch that froze."""


Mark = TypeVar("Mark", Anchor, StateMark)


def read_mark(connection: Connection, chain: Chain, kind: type[Mark]) -> Mark | None:
    """A mark; what it is by default where it was never written, None where it is damaged."""
    name = str(kind.__struct_config__.tag)
    found = list(connection.execute("SELECT data, seal FROM marks WHERE name = ?", (name,)))
    if not found:
        return kind()
    data, seal = found[0]
    if not chain.holds(name, data, seal):
        return None
    return msgspec.msgpack.decode(data, type=kind)


def write_mark(connection: Connection, chain: Chain, mark: Anchor | StateMark) -> None:
    """Write a mark, within the transaction that is open."""
    name, data = str(mark.__struct_config__.tag), msgspec.msgpack.encode(mark)
    connection.execute(
        "INSERT OR REPLACE INTO marks VALUES (?, ?, ?)", (name, data, chain.mark(name, data))
    )
