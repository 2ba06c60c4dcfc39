"""What is written down: small rows, from which an exam's reading can be computed again.

No pixels, and nothing that pictures can be made of: a frame is its number, what was said of it and
what became of it. MessagePack arrays, the kind first; a field may only be added at the end.
"""

from typing import Literal, NamedTuple, get_args

import msgspec

from edge.contract.grading import View
from edge.contract.messages import LedgerCounts, ModelInfo, Reading
from edge.contract.pixels import Format
from edge.reading import RuleId

Told = Literal["AR", "HR", "neither", ""] | None
"""What the network's head showed: a class, "" where it abstained, None where it was not asked."""


class Opened(msgspec.Struct, frozen=True, array_like=True, tag="o"):
    """An exam begins."""

    scanner: str
    exam: str
    rule: RuleId
    boot: str
    """Of the clock behind `mono_ns`: `edge.journal.boot`."""
    afresh: bool = False
    """An earlier record of it was damaged, so its views begin as restarted ones."""


class SetUp(msgspec.Struct, frozen=True, array_like=True, tag="s"):
    """A way of taking and reading frames that this exam has not had; numbered as they come."""

    width: int
    height: int
    format: Format
    spacing_mm: tuple[float, float] | None
    model: ModelInfo


class Frame(msgspec.Struct, frozen=True, array_like=True, tag="f"):
    """A frame, read or not, and its estimate. `fat_pct`: H-MRS %."""

    epoch: int
    seq: int
    capture_ns: int
    """Scanner's clock, ns since the Unix epoch."""
    mono_ns: int
    """Daemon's monotonic clock; of no meaning in another boot."""
    utc_ns: int
    declared: View | None
    """The header's view."""
    view: View | None
    """The view that it was read as."""
    told: Told
    setup: int
    """Number of its SetUp."""
    hold: int | None
    begins: bool
    """Whether a hold begins with it."""
    fat_pct: float | None
    reason: str | None
    flags: list[str]
    counts: tuple[int, int, int, int, int, int, int, int]
    """The ledger, in the order of LedgerCounts."""


class Pair(msgspec.Struct, frozen=True, array_like=True, tag="p"):
    """The estimate of both views together, of the frame just before."""

    fat_pct: float | None
    reason: str | None
    flags: list[str]


class Stray(msgspec.Struct, frozen=True, array_like=True, tag="x"):
    """A frame that no exam was opened for: nobody says its view."""

    scanner: str
    exam: str
    frame: Frame
    model: ModelInfo


class Freeze(msgspec.Struct, frozen=True, array_like=True, tag="z"):
    """The scanner froze its picture, or went on: in each open exam, whose holds it ends."""


class Frozen(msgspec.Struct, frozen=True, array_like=True, tag="h"):
    """The same once more, of the scanner. `epoch`: that froze; None: none has."""

    scanner: str
    epoch: int | None


class Resumed(msgspec.Struct, frozen=True, array_like=True, tag="r"):
    """A start, or a daemon that was given another model, goes on with the exam.

    `boot`: of the clock behind `mono_ns` from here on. `rule`: of another model or rule than
    before, under which all views begin anew; None: they go on.
    """

    boot: str
    rule: RuleId | None


class Ended(msgspec.Struct, frozen=True, array_like=True, tag="e"):
    """An exam is over, with its reading as it was about to be published; None: given up."""

    reading: Reading | None
    utc_ns: int


class Damage(msgspec.Struct, frozen=True, array_like=True, tag="d"):
    """A start found rows damaged or missing before this one; `exams` are not gone on with."""

    exams: list[int]
    utc_ns: int


Row = Opened | SetUp | Frame | Pair | Stray | Freeze | Frozen | Resumed | Ended | Damage

NO_EXAM = 0
"""Stands in the exam's place in rows that belong to none."""

_encoder = msgspec.msgpack.Encoder()
_decoder: "msgspec.msgpack.Decoder[Row]" = msgspec.msgpack.Decoder(Row)

encode = _encoder.encode


def decode(data: bytes) -> Row:
    """A row from its bytes; msgspec.DecodeError where it is none."""
    return _decoder.decode(data)


class Stream(NamedTuple):
    """How far a scanner's process had come with a frame, and its ledger there."""

    scanner: str
    epoch: int
    seq: int
    counts: tuple[int, int, int, int, int, int, int, int]


class Entry(NamedTuple):
    """A row on its way to the file.

    exam: number of the exam's record, from 1. number: of the row within the exam, from 0. stream:
    of a frame. frozen: of a Frozen.
    """

    exam: int
    number: int
    kind: str
    data: bytes
    stream: Stream | None = None
    frozen: Frozen | None = None


class Partner(NamedTuple):
    """Features of one of a view's typical frames, which the other view's are paired with.

    number: of the exam's next row when it came. data: float32 values; empty: it is forgotten.
    """

    exam: int
    view: View
    fat_pct: float
    number: int
    data: bytes


def kind_of(row: Row) -> str:
    """The letter of a row's kind."""
    return str(row.__struct_config__.tag)


KINDS = frozenset(str(kind.__struct_config__.tag) for kind in get_args(Row))


def counts_of(ledger: LedgerCounts) -> tuple[int, int, int, int, int, int, int, int]:
    """A ledger as a row holds it."""
    return (
        ledger.sent,
        ledger.read,
        ledger.gated,
        ledger.overwritten,
        ledger.invalid,
        ledger.missing,
        ledger.duplicate,
        ledger.garbage,
    )


def ledger_of(counts: tuple[int, ...]) -> LedgerCounts:
    """A ledger from a row."""
    return LedgerCounts(**dict(zip(LedgerCounts.__struct_fields__, counts, strict=True)))
