"""What one scanner's pipeline has done, as rows: taken with each estimate before it goes out."""

import itertools
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from edge.contract.grading import View
from edge.contract.messages import Estimate, FrameHeader, ModelInfo, Reading
from edge.exams import Exam
from edge.journal import rows
from edge.journal.rows import Entry, Partner, Row, Stream, Told
from edge.reading import Features, Kept, RuleId


class Notes(NamedTuple):
    """What must be on disk before something is published."""

    entries: list[Entry]
    partners: list[Partner]


@dataclass
class Record:
    """An open exam as far as it is written down. `id`: number of its record."""

    id: int
    number: int = 0
    setups: list[rows.SetUp] = field(default_factory=list)


class Diary:
    """Gathers rows until they are taken. `ids`: numbers of records, shared by all scanners."""

    def __init__(
        self,
        scanner: str,
        boot: str,
        ids: Iterator[int] | None = None,
        utc: Callable[[], int] = time.time_ns,
    ) -> None:
        self._scanner = scanner
        self._boot = boot
        self._ids = ids or itertools.count(1)
        self._utc = utc
        self._records: dict[str, Record] = {}
        self._damaged: set[str] = set()
        self._lossy = False
        self._notes = Notes([], [])

    def adopt(self, exam: str, record: Record) -> None:
        """Go on with the record of an exam that an earlier run has left open."""
        self._records[exam] = record

    def distrust(self, exams: set[str], *, lossy: bool) -> None:
        """Begin these exams afresh, and where rows of any may be gone, whichever comes next."""
        self._damaged, self._lossy = set(exams), lossy

    def open(self, exam: str, rule: RuleId) -> bool:
        """An exam begins, judged by `rule`; whether afresh, as an earlier record of it is lost."""
        afresh = exam in self._damaged or self._lossy
        self._damaged.discard(exam)
        self._lossy = False
        record = self._records[exam] = Record(next(self._ids))
        opened = rows.Opened(self._scanner, exam, rule, self._boot, afresh)
        self._note(record, opened)
        return afresh

    def frame(
        self,
        exam: Exam | None,
        header: FrameHeader,
        estimate: Estimate,
        told: Told,
        *,
        begins: bool = False,
    ) -> None:
        """A frame and its estimate; `exam` None: of none."""
        record = self._records.get(header.exam) if exam else None
        setup = self._setup(record, header, estimate.model) if record else 0
        counts = rows.counts_of(estimate.ledger)
        row = rows.Frame(
            header.epoch,
            header.seq,
            header.capture_ns,
            exam.last_ns if exam else 0,
            self._utc(),
            header.view,
            estimate.view,  # type: ignore[arg-type]  # a frame's own, so not of the pair
            told,
            setup,
            header.hold,
            begins,
            estimate.fat_pct,
            estimate.reason,
            estimate.flags,
            counts,
        )
        stream = Stream(self._scanner, header.epoch, header.seq, counts)
        if record:
            self._note(record, row, stream)
        else:
            stray = rows.Stray(self._scanner, header.exam, row, estimate.model)
            self._note(None, stray, stream)

    def pair(self, estimate: Estimate) -> None:
        """The estimate of both views together, of the frame just before."""
        row = rows.Pair(estimate.fat_pct, estimate.reason, estimate.flags)
        self._note(self._records[estimate.exam], row)

    def typical(self, exam: str, view: View, kept: Kept, features: Features) -> None:
        """What has changed of the frames of `view` that the other view's are paired with."""
        record = self._records[exam]
        if kept.added is not None:
            data = np.ascontiguousarray(features, np.float32).tobytes()
            self._notes.partners.append(Partner(record.id, view, kept.added, record.number, data))
        if kept.dropped is not None:
            self._notes.partners.append(Partner(record.id, view, kept.dropped, record.number, b""))

    def begin_anew(self, exam: str, rule: RuleId) -> None:
        """Every view of an exam begins anew, as another model reads it from here on."""
        self._note(self._records[exam], rows.Resumed(self._boot, rule))

    def freeze(self, epoch: int, *, frozen: bool) -> None:
        """The scanner froze its picture, or went on."""
        state = rows.Frozen(self._scanner, epoch if frozen else None)
        self._note(None, state, frozen=state)
        for record in self._records.values():
            self._note(record, rows.Freeze())

    def end(self, exam: str, reading: Reading) -> None:
        """An exam is over."""
        if record := self._records.pop(exam, None):
            self._note(record, rows.Ended(reading, self._utc()))

    def take(self) -> Notes:
        """All that was noted since the last time."""
        taken, self._notes = self._notes, Notes([], [])
        return taken

    def _setup(self, record: Record, header: FrameHeader, model: ModelInfo) -> int:
        """Number of the frame's setup within its exam, which is written down at its first frame."""
        setup = rows.SetUp(header.width, header.height, header.format, header.spacing_mm, model)
        if setup not in record.setups:
            record.setups.append(setup)
            self._note(record, setup)
        return record.setups.index(setup)

    def _note(
        self,
        record: Record | None,
        row: Row,
        stream: Stream | None = None,
        frozen: rows.Frozen | None = None,
    ) -> None:
        exam, number = (record.id, record.number) if record else (rows.NO_EXAM, 0)
        kind, data = rows.kind_of(row), rows.encode(row)
        self._notes.entries.append(Entry(exam, number, kind, data, stream, frozen))
        if record:
            record.number += 1
