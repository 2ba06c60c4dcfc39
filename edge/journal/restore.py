"""What a start finds: the rows that are needed, checked, and the exams computed again from them."""

from collections import OrderedDict
from dataclasses import dataclass, field

from edge.journal import rows
from edge.journal.chain import Chain
from edge.journal.connection import Connection
from edge.journal.head import Tip
from edge.journal.marks import StateMark, read_mark
from edge.journal.partners import read_partners
from edge.journal.replay import Replay
from edge.journal.rows import Stream
from edge.journal.scan import Scan, Scanned, reaches
from edge.journal.streams import Progress, hear
from edge.journal.wholeness import Wholeness


@dataclass
class Found:
    """What the journal's rows add up to.

    Attributes:
        replays: the exams that are open and whole, in the order of their last frames.
        progress: open exams and streams, as of the last row.
        damaged: numbers of the exams whose record is not whole, newly found.
        names: (scanner, exam) of each exam that was gone through.
        lossy: rows are gone that may have been of any exam.
    """

    replays: "OrderedDict[int, Replay]" = field(default_factory=OrderedDict)
    progress: Progress = field(default_factory=Progress)
    damaged: set[int] = field(default_factory=set)
    names: dict[int, tuple[str, str]] = field(default_factory=dict)
    lossy: bool = False


def restore(connection: Connection, chain: Chain, head: Tip | None) -> Found:
    """Go through the rows from the first open exam on.

    `head`: the last row that was told of outside of the database; None: it told nothing.
    """
    mark = read_mark(connection, chain, StateMark)
    progress = Progress.of(mark or StateMark())
    first = min((*progress.open.values(), progress.marked + 1)) if mark else None
    going = _Going(progress)
    for scanned in Scan(connection, chain, first):
        going.take(scanned)
    if mark is None or (head and not reaches(connection, chain, head)):
        going.doubt()
    found = going.finish()
    for partner in read_partners(connection, chain)[0]:
        if partner.exam in found.replays:
            found.replays[partner.exam].pair_with(partner)
    return found


class _Going:
    """What is known so far on the way through the rows."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._whole = Wholeness()
        self._found = Found()
        self._noted: set[int] = set()
        """Damaged exams that an earlier start has noted."""
        self._next_exam = progress.next_exam
        self._first: dict[int, int] = {}
        self._heard: tuple[str, rows.Frame] | None = None
        self._last_exam = rows.NO_EXAM

    def take(self, scanned: Scanned) -> None:
        """Take in the next row."""
        whole, row, exam = self._whole.see(scanned), scanned.row, scanned.exam
        if row is None:
            self._found.lossy = True
            return
        if exam == rows.NO_EXAM:
            self._of_none(row)
        elif isinstance(row, rows.Opened):
            self._open(scanned.id, exam, row)
            return
        elif isinstance(row, rows.Frame) and exam in self._found.names:
            self._hear(self._found.names[exam][0], row)
        if whole and exam in self._found.replays:
            self._found.replays[exam].apply(row)
            if exam != self._last_exam:
                self._found.replays.move_to_end(exam)
                self._last_exam = exam

    def doubt(self) -> None:
        """The end of the rows is missing, or where they begin is not known."""
        self._whole.doubt()
        self._found.lossy = True

    def finish(self) -> Found:
        """What it all adds up to."""
        self._whole.close()
        self._settle()
        found, whole = self._found, self._whole
        found.damaged = whole.damaged - self._noted
        for exam in [exam for exam in found.replays if exam not in whole.open]:
            del found.replays[exam]
        found.progress = Progress(
            {exam: self._first[exam] for exam in found.replays},
            self._progress.streams,
            self._progress.frozen,
            self._next_exam,
            self._progress.marked,
        )
        return found

    def _open(self, at: int, exam: int, row: rows.Opened) -> None:
        self._found.names[exam] = (row.scanner, row.exam)
        self._found.replays[exam] = Replay(exam, row)
        self._first[exam] = at
        self._next_exam = max(self._next_exam, exam + 1)

    def _of_none(self, row: rows.Row) -> None:
        if isinstance(row, rows.Damage):
            self._noted.update(row.exams)
            self._found.lossy = False
        elif isinstance(row, rows.Stray):
            self._hear(row.scanner, row.frame)
        elif isinstance(row, rows.Frozen):
            self._progress.frozen[row.scanner] = row.epoch

    def _hear(self, scanner: str, frame: rows.Frame) -> None:
        """Remember how far a stream is; only the last of frames in a row is written down."""
        last = self._heard
        if last is not None and (last[0] != scanner or last[1].epoch != frame.epoch):
            self._settle()
        self._heard = (scanner, frame)

    def _settle(self) -> None:
        if self._heard is not None:
            scanner, frame = self._heard
            stream = Stream(scanner, frame.epoch, frame.seq, frame.counts)
            hear(self._progress.streams, [stream])
