"""The exams of one scanner that are open: few at a time, the latest used last."""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from edge.contract.crop import CropSpec
from edge.contract.grading import View
from edge.contract.interval import IntervalTable
from edge.contract.messages import ModelInfo
from edge.domain import ViewWatch
from edge.fan.placing import Placing
from edge.gate import Change, Setup, SetupWatch
from edge.reading import ExamReading

MAX_OPEN_EXAMS = 8
"""Exams of one scanner kept open at a time; the one idle longest is ended for the next."""


@dataclass
class Exam:
    """An open exam, how its views are taken, and when it last had a frame (monotonic ns).

    `model`: that its last frame was read by.
    """

    reading: ExamReading
    last_ns: int = 0
    model: ModelInfo | None = None
    _setups: dict[View, SetupWatch] = field(default_factory=dict)
    watch: ViewWatch = field(default_factory=ViewWatch)
    _placing: Placing | None = None

    def placing(self, spec: CropSpec) -> Placing:
        """Where its windows are cut, looked for anew where another model wants another crop."""
        if self._placing is None or self._placing.spec != spec:
            self._placing = Placing(spec)
        return self._placing

    def set_up(self, view: View, setup: Setup) -> Change:
        """Compare a frame's setup with that of its view, which begins anew if it has changed."""
        watch = self._setups.get(view)
        if watch is None:
            self._setups[view] = SetupWatch(setup)
            return "same"
        change = watch.take(setup)
        if change == "restart":
            self.reading.restart(view)
        return change


class OpenExams:
    """Exams by their id."""

    def __init__(self, new_reading: Callable[[str], ExamReading]) -> None:
        self._new_reading = new_reading
        self._exams: OrderedDict[str, Exam] = OrderedDict()

    def get(self, exam: str) -> Exam | None:
        """The exam, where it is open."""
        return self._exams.get(exam)

    def open(self, exam: str, now_ns: int) -> Exam:
        """The exam, made new where it is not open; it has a frame now."""
        state = self._exams.get(exam)
        if state is None:
            state = self._exams[exam] = Exam(self._new_reading(exam))
        state.last_ns = now_ns
        self._exams.move_to_end(exam)
        return state

    def adopt(self, exam: str, state: Exam) -> None:
        """Take in an exam that an earlier run has left open; those used last come last."""
        self._exams[exam] = state

    def close(self, exam: str) -> Exam | None:
        """Forget an exam and give it back; None where it is not open."""
        return self._exams.pop(exam, None)

    def change_model(self, intervals: Mapping[str, IntervalTable]) -> Iterator[tuple[str, Exam]]:
        """Every open exam begins anew under another model; each is given once it has."""
        for name, state in self._exams.items():
            state.reading.begin_anew(state.reading.rule)
            state.reading.calibrate(intervals)
            yield name, state

    def end_holds(self) -> None:
        """Every open hold is over."""
        for state in self._exams.values():
            state.reading.end_holds()

    def idle(self, before_ns: int) -> list[str]:
        """Ids of the exams without a frame since `before_ns`."""
        return [exam for exam, state in self._exams.items() if state.last_ns < before_ns]

    def surplus(self) -> Iterator[str]:
        """Ids of those beyond the limit, idle longest first; each must be closed when given."""
        while len(self._exams) > MAX_OPEN_EXAMS:
            yield next(iter(self._exams))
