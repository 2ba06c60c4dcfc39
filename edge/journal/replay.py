"""An exam computed again from its rows, by the code that read its frames."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from edge.contract.grading import PAIR, VIEWS, View
from edge.contract.interval import IntervalTable
from edge.contract.messages import ModelInfo
from edge.exams import Exam
from edge.gate import Setup, is_sure, network_of
from edge.journal import rows
from edge.journal.rows import Partner
from edge.reading import ExamReading, Moment


@dataclass
class Replay:
    """One exam, row by row.

    Attributes:
        exam: its state after the rows so far.
        number: rows so far.
        last: its last frame, None before one.
        boot: of the clock that timed its last rows.
        setups, written: ways in which its frames were taken, by their number, and as rows.
    """

    id: int
    opened: rows.Opened
    exam: Exam = field(init=False)
    boot: str = field(init=False)
    number: int = 1
    last: rows.Frame | None = None
    setups: list[Setup] = field(default_factory=list)
    written: list[rows.SetUp] = field(default_factory=list)
    _restarted: dict[str, int] = field(default_factory=dict)
    """By view: the row at which it last began anew."""

    def __post_init__(self) -> None:
        reading = ExamReading(rule=self.opened.rule, afresh=self.opened.afresh)
        self.exam = Exam(reading)
        self.boot = self.opened.boot

    def apply(self, row: rows.Row) -> None:
        """Take in the next row."""
        if isinstance(row, rows.Frame):
            self._frame(row)
        elif isinstance(row, rows.Pair):
            self._pair(row)
        elif isinstance(row, rows.SetUp):
            self.written.append(row)
            self.setups.append(
                Setup(row.width, row.height, row.format, row.spacing_mm, network_of(row.model))
            )
        elif isinstance(row, rows.Freeze):
            self.exam.reading.end_holds()
        elif isinstance(row, rows.Resumed):
            self._resume(row)
        self.number += 1

    @property
    def model(self) -> ModelInfo | None:
        """That read its last frame."""
        return self.written[self.last.setup].model if self.last else None

    def calibrate(self, intervals: Mapping[str, IntervalTable]) -> None:
        """The calibration of the model that read it, which is not written down."""
        self.exam.reading.calibrate(intervals)

    def pair_with(self, partner: Partner) -> None:
        """Take in a view's typical frame, unless the view has begun anew since."""
        if partner.number >= self._restarted.get(partner.view, 0):
            features = np.frombuffer(partner.data, np.float32).reshape(1, -1)
            self.exam.reading.recall(partner.view, partner.fat_pct, features)

    def _resume(self, row: rows.Resumed) -> None:
        self.boot = row.boot
        if row.rule is not None:
            self.exam.reading.begin_anew(row.rule)
            self._restarted = dict.fromkeys((*VIEWS, PAIR), self.number)

    def _frame(self, row: rows.Frame) -> None:
        self.last, self.exam.last_ns = row, row.mono_ns
        self.exam.model = self.written[row.setup].model
        if row.told is not None:
            self.exam.watch.see(row.declared, row.told or None)
        taken_as = row.view if row.reason != "view_without_model" else None
        if view := row.declared or taken_as:
            self._set_up(view, self.setups[row.setup])
        if row.view is None:
            return
        if row.reason is not None:
            self.exam.reading.reject(row.view, row.reason)
        elif row.fat_pct is not None:
            moment = Moment(row.epoch, row.capture_ns, row.hold, row.begins)
            self.exam.reading.add(row.view, row.fat_pct, None, moment, sure=is_sure(row.flags))

    def _set_up(self, view: View, setup: Setup) -> None:
        if self.exam.set_up(view, setup) == "restart":
            self._restarted[view] = self._restarted[PAIR] = self.number

    def _pair(self, row: rows.Pair) -> None:
        if row.reason is not None:
            self.exam.reading.reject(PAIR, row.reason)
        elif row.fat_pct is not None:
            self.exam.reading.add_pair(row.fat_pct)
