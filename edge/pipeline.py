"""One frame in, its estimates out: gate, crop, inference, running median. No socket, no file."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec

from edge import gate
from edge.contract.grading import PAIR, View
from edge.contract.messages import Estimate, LedgerCounts, Reading
from edge.contract.pixels import PixelError, decode
from edge.fan.placing import Placed, Placing
from edge.histogram import TOP_PCT, quantise
from edge.inbox import Taken
from edge.reading import ExamReading, Features
from edge.runner import Runner

MAX_OPEN_EXAMS = 8
"""Exams of one scanner kept open at a time; the one idle longest is ended for the next."""

Clock = Callable[[], int]
Output = tuple[View, float, Features]


@dataclass
class Exam:
    """An open exam, and when it last had a frame (monotonic ns)."""

    reading: ExamReading
    last_ns: int = 0


class Pipeline:
    """Reads the frames of one scanner.

    `clock`: monotonic ns, passed in so that a test owns the time.
    """

    def __init__(self, scanner: str, runner: Runner, clock: Clock) -> None:
        self._scanner = scanner
        self._runner = runner
        self._clock = clock
        self._exams: OrderedDict[str, Exam] = OrderedDict()
        self._placings: OrderedDict[str, Placing] = OrderedDict()
        self._counts = LedgerCounts()
        self._flags: list[gate.Flag] = []
        """Of the frame that is being read."""

    def read(self, taken: Taken) -> Iterator[Estimate]:
        """Estimate of a frame, then that of its pair where the other view has frames already.

        The first is given before the second is computed, so that it need not wait for it.

        Raises:
            PixelError: the pixels cannot be decoded; the frame is counted as invalid.
        """
        laps = _Laps(self._clock, taken.arrival.received_ns)
        laps.end("receive")
        header = taken.arrival.header
        reason = gate.before_inference(header, self._runner.views)
        laps.end("gate")
        placed = self._window(taken)
        self._flags = gate.flags(self._runner.crop, placed)
        laps.end("crop")
        fat_pct, features = 0.0, None
        if reason is None and header.view is not None:
            fat_pct, features = self._runner.infer(header.view, placed.window)
            reason = gate.after_inference(fat_pct)
        laps.end("infer")
        if reason is not None or header.view is None or features is None:
            taken.ledger.gated += 1
            yield self._estimate(taken, None, reason, laps)
            return
        taken.ledger.read += 1
        yield from self._accept(taken, (header.view, fat_pct, features), laps)

    def end(self, exam: str, counts: LedgerCounts | None = None) -> Reading | None:
        """Close an exam and give its final reading; None where it has no accepted frame.

        `counts`: the ledger at its end; None: as of the last frame.
        """
        self._placings.pop(exam, None)
        closed = self._exams.pop(exam, None)
        if closed is None:
            return None
        return Reading(
            scanner=self._scanner,
            exam=exam,
            pub_epoch=0,
            pub_seq=0,
            publish_ns=0,
            views=closed.reading.summaries(),
            ledger=counts or self._counts,
            model=self._runner.info,
        )

    def end_idle(self, before_ns: int) -> Iterator[Reading]:
        """Close the exams without a frame since `before_ns`."""
        for exam in [exam for exam, state in self._exams.items() if state.last_ns < before_ns]:
            if reading := self.end(exam):
                yield reading

    def end_surplus(self) -> Iterator[Reading]:
        """Close the exams beyond the limit, those first that have been idle longest."""
        while len(self._exams) > MAX_OPEN_EXAMS:
            if reading := self.end(next(iter(self._exams))):
                yield reading

    def _window(self, taken: Taken) -> Placed:
        header = taken.arrival.header
        try:
            gray = decode(taken.arrival.pixels, header.format, header.width, header.height)
        except PixelError:
            taken.ledger.undecodable += 1
            raise
        return self._placing(header.exam).cut(gray, header.spacing_mm)

    def _placing(self, exam: str) -> Placing:
        """What is known of an exam's fan, kept of the exams that had a frame last."""
        placing = self._placings.get(exam)
        if placing is None:
            placing = self._placings[exam] = Placing(self._runner.crop)
            if len(self._placings) > MAX_OPEN_EXAMS:
                self._placings.popitem(last=False)
        self._placings.move_to_end(exam)
        return placing

    def _accept(self, taken: Taken, output: Output, laps: "_Laps") -> Iterator[Estimate]:
        view, fat_pct, features = output
        value_pct = _counted(fat_pct)
        reading = self._open(taken.arrival.header.exam)
        reading.add(view, value_pct, features)
        yield self._estimate(taken, value_pct, None, laps)
        partner = reading.partner(view) if self._runner.pairs else None
        if partner is None:
            return
        pair = (features, partner) if view == "AR" else (partner, features)
        pair_pct = self._runner.infer_pair(*pair)
        laps.end("infer")
        reason = gate.after_inference(pair_pct)
        if reason is None:
            reading.add_pair(_counted(pair_pct))
        counted = None if reason else _counted(pair_pct)
        yield self._estimate(taken, counted, reason, laps, view=PAIR)

    def _open(self, exam: str) -> ExamReading:
        """The reading of an exam, made new where it is not open; the latest used comes last."""
        state = self._exams.get(exam)
        if state is None:
            state = self._exams[exam] = Exam(ExamReading(self._runner.intervals))
        state.last_ns = self._clock()
        self._exams.move_to_end(exam)
        return state.reading

    def _estimate(
        self,
        taken: Taken,
        fat_pct: float | None,
        reason: gate.Reason | None,
        laps: "_Laps",
        view: str | None = None,
    ) -> Estimate:
        header = taken.arrival.header
        shown = view or header.view
        exam = self._exams.get(header.exam)
        summary = (exam.reading if exam else ExamReading()).summary(shown or "?")
        self._counts = taken.counts()
        return Estimate(
            **msgspec.structs.asdict(summary),
            scanner=self._scanner,
            exam=header.exam,
            view=shown,  # type: ignore[arg-type]
            epoch=header.epoch,
            seq=header.seq,
            capture_ns=header.capture_ns,
            pub_epoch=0,
            pub_seq=0,
            publish_ns=0,
            age_ms=0.0,
            stage_ms=laps.ms(),
            fat_pct=fat_pct,
            reason=reason,
            flags=[*self._flags, *self._runner.info.flags],
            ledger=self._counts,
            model=self._runner.info,
        )


def _counted(fat_pct: float) -> float:
    """What is shown and counted of an estimate that the gate let pass: 0-100 %, in 0.01 steps."""
    return quantise(min(max(fat_pct, 0.0), float(TOP_PCT)))


class _Laps:
    """Time spent in each stage of one frame, from its receipt on."""

    def __init__(self, clock: Clock, start_ns: int) -> None:
        self._clock = clock
        self._last_ns = start_ns
        self._spent_ns = dict.fromkeys(("receive", "gate", "crop", "infer", "journal"), 0)

    def end(self, stage: str) -> None:
        now_ns = self._clock()
        self._spent_ns[stage] += now_ns - self._last_ns
        self._last_ns = now_ns

    def ms(self) -> dict[str, float]:
        return {stage: spent_ns / 1e6 for stage, spent_ns in self._spent_ns.items()}
