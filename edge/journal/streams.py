"""What goes on at the end of the journal: open exams, and how far each scanner's process is."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from edge.journal.marks import StateMark, StreamMark
from edge.journal.rows import Entry, Stream
from edge.ledger import MAX_EPOCHS, EpochLedger, ScannerLedger

Streams = OrderedDict[tuple[str, int], Stream]


@dataclass(frozen=True)
class Progress:
    """As of one row; each commit makes the next.

    Attributes:
        open: first row of each open exam.
        streams: by scanner and epoch, the one heard last at the end.
        frozen: by scanner, the epoch that said it froze, None where it went on.
        next_exam: number for the next exam's record.
        marked: the row up to which the file's mark tells it.
        changed: an exam has begun or ended since.
        ended: exams that have ended since.
    """

    open: dict[int, int] = field(default_factory=dict)
    streams: Streams = field(default_factory=OrderedDict)
    frozen: dict[str, int | None] = field(default_factory=dict)
    next_exam: int = 1
    marked: int = 0
    changed: bool = False
    ended: tuple[int, ...] = ()

    @classmethod
    def of(cls, mark: StateMark) -> "Progress":
        """As a mark tells it."""
        streams = OrderedDict(
            (
                (each.scanner, each.epoch),
                Stream(each.scanner, each.epoch, each.highest, each.counts),
            )
            for each in mark.streams
        )
        return cls(dict(mark.open), streams, dict(mark.frozen), mark.next_exam, mark.through)

    def after(self, last: int, entries: Sequence[Entry]) -> "Progress":
        """What it is once these rows have followed row `last`."""
        opened = dict(self.open)
        ended = list(self.ended)
        next_exam, changed = self.next_exam, self.changed
        for at, entry in enumerate(entries, last + 1):
            if entry.kind == "o":
                opened[entry.exam] = at
                next_exam, changed = max(next_exam, entry.exam + 1), True
            elif entry.kind == "e":
                opened.pop(entry.exam, None)
                ended.append(entry.exam)
                changed = True
        streams = hear(self.streams, (entry.stream for entry in entries if entry.stream))
        told = {each.frozen.scanner: each.frozen.epoch for each in entries if each.frozen}
        frozen = {**self.frozen, **told} if told else self.frozen
        return Progress(opened, streams, frozen, next_exam, self.marked, changed, tuple(ended))

    def touched(self) -> "Progress":
        """The same, to be marked with the next commit."""
        return replace(self, changed=True)

    def noted(self, through: int) -> "Progress":
        """The same, marked in the file up to a row."""
        return replace(self, marked=through, changed=False, ended=())

    def mark(self, through: int) -> StateMark:
        """What the file is to say."""
        streams = [StreamMark(*stream) for stream in self.streams.values()]
        return StateMark(through, self.next_exam, self.open, streams, self.frozen)

    def needed_from(self, last: int) -> int:
        """The first row that a start needs."""
        return min((*self.open.values(), self.marked + 1, last + 1))


def hear(streams: Streams, news: Iterable[Stream]) -> Streams:
    """The streams after some of their frames: the same object, and the same again if repeated."""
    for stream in news:
        key = (stream.scanner, stream.epoch)
        known = key in streams
        streams[key] = stream
        streams.move_to_end(key)
        if not known:
            _forget(streams, stream.scanner)
    return streams


def _forget(streams: Streams, scanner: str) -> None:
    """Keep the scanner's last ones."""
    keys = [key for key in streams if key[0] == scanner]
    for key in keys[:-MAX_EPOCHS]:
        del streams[key]


def ledger_from(streams: Streams, scanner: str) -> ScannerLedger:
    """A scanner's ledger as it was with the last row: what was seen then is known again."""
    ledger = ScannerLedger()
    for stream in streams.values():
        if stream.scanner == scanner:
            sent, read, gated, overwritten, invalid, missing, duplicate, garbage = stream.counts
            ledger.of(stream.epoch)
            ledger.epochs[stream.epoch] = EpochLedger(
                first=stream.seq - sent + 1,
                highest=stream.seq,
                missing=missing,
                invalid=invalid,
                duplicate=duplicate,
                overwritten=overwritten,
                read=read,
                gated=gated,
            )
            ledger.garbage = garbage
    return ledger
