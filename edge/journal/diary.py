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
from edge.reading import DEFAULT_RULE, Features, RuleId

PARTNER_NS = 1_000_000_000
"""A view's typical frame is written down so often at most while the view itself has frames."""


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
    partners: dict[View, tuple[Features, int]] = field(default_factory=dict)
    """By view: the features written last, and when their frame was captured."""


class Diary:
    """Gathers rows until they are taken. `ids`: numbers of records, shared by all scanners."""

    def __init__(
        self,
        scanner: str,
        boot: str,
        ids: Iterator[int] | None = None,
        rule: RuleId = DEFAULT_RULE,
        utc: Callable[[], int] = time.time_ns,
    ) -> None:
        self._scanner = scanner
        self._boot = boot
        self._ids = ids or itertools.count(1)
        self._rule: RuleId = rule
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

    def open(self, exam: str) -> bool:
        """An exam begins; whether an earlier record of it is lost, so that it begins afresh."""
        afresh = exam in self._damaged or self._lossy
        self._damaged.discard(exam)
        self._lossy = False
        record = self._records[exam] = Record(next(self._ids))
        opened = rows.Opened(self._scanner, exam, self._rule, self._boot, afresh)
        self._write(record, opened)
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
            self._write(record, row, stream)
        else:
            stray = rows.Stray(self._scanner, header.exam, row, estimate.model)
            self._write(None, stray, stream)

    def pair(self, exam: Exam, header: FrameHeader, view: View, estimate: Estimate) -> None:
        """The estimate of both views together, of the frame of `view` just before."""
        record = self._records[header.exam]
        other: View = "HR" if view == "AR" else "AR"
        self._partner(record, exam, other, header.capture_ns, every_ns=0)
        self._write(record, rows.Pair(estimate.fat_pct, estimate.reason, estimate.flags))

    def typical(self, exam: Exam, header: FrameHeader, view: View) -> None:
        """Keep the frame that `view` would now be paired by, should the daemon end here."""
        record = self._records[header.exam]
        self._partner(record, exam, view, header.capture_ns, every_ns=PARTNER_NS)

    def freeze(self, epoch: int, *, frozen: bool) -> None:
        """The scanner froze its picture, or went on."""
        for record in self._records.values():
            self._write(record, rows.Freeze(epoch, frozen))

    def end(self, exam: str, reading: Reading) -> None:
        """An exam is over."""
        if record := self._records.pop(exam, None):
            self._write(record, rows.Ended(reading, self._utc()))

    def take(self) -> Notes:
        """All that was noted since the last time."""
        taken, self._notes = self._notes, Notes([], [])
        return taken

    def _setup(self, record: Record, header: FrameHeader, model: ModelInfo) -> int:
        """Number of the frame's setup within its exam, which is written down at its first frame."""
        setup = rows.SetUp(header.width, header.height, header.format, header.spacing_mm, model)
        if setup not in record.setups:
            record.setups.append(setup)
            self._write(record, setup)
        return record.setups.index(setup)

    def _partner(
        self, record: Record, exam: Exam, view: View, at_ns: int, *, every_ns: int
    ) -> None:
        typical = exam.reading.typical(view)
        if typical is None:
            return
        fat_pct, features = typical
        last, last_ns = record.partners.get(view, (None, None))
        if features is last or (last_ns is not None and 0 <= at_ns - last_ns < every_ns):
            return
        record.partners[view] = (features, at_ns)
        data = np.ascontiguousarray(features, np.float32).tobytes()
        self._notes.partners.append(Partner(record.id, view, record.number, fat_pct, data))

    def _write(self, record: Record | None, row: Row, stream: Stream | None = None) -> None:
        exam, number = (record.id, record.number) if record else (rows.NO_EXAM, 0)
        self._notes.entries.append(Entry(exam, number, rows.kind_of(row), rows.encode(row), stream))
        if record:
            record.number += 1
