"""One frame in, its estimates out: crop, gate, inference, reading. No socket, no file."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import msgspec

from edge import gate
from edge.contract.grading import PAIR, View
from edge.contract.messages import Estimate, FrameHeader, LedgerCounts, Reading, Summary
from edge.contract.pixels import PixelError, decode
from edge.exams import OpenExams
from edge.fan.placing import Placed, Placing
from edge.histogram import TOP_PCT, quantise
from edge.inbox import Freeze, Taken
from edge.reading import DEFAULT_RULE, ExamReading, Features, Moment, RuleId
from edge.runner import Runner

Clock = Callable[[], int]


class Output(NamedTuple):
    """What the network said of one frame: estimate, H-MRS %, and features, float32 (1, n)."""

    view: View
    fat_pct: float
    features: Features


class Pipeline:
    """Reads the frames of one scanner.

    `clock`: monotonic ns, passed in so that a test owns the time. `rule`: id of the verdict's rule.

    Attributes:
        runner: the model; may be replaced between two frames, and every view then begins anew.
    """

    def __init__(
        self, scanner: str, runner: Runner, clock: Clock, rule: RuleId = DEFAULT_RULE
    ) -> None:
        self.runner = runner
        self._scanner = scanner
        self._clock = clock
        self._gate = gate.Gate()
        self._exams = OpenExams(lambda: ExamReading(self.runner.intervals, rule))
        self._nothing = ExamReading(rule=rule).summary("?")
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
        view = taken.arrival.header.view
        placed = self._place(taken)
        laps.end("crop")
        reason, scene = self._check(taken.arrival.header, placed)
        laps.end("gate")
        output = None
        if reason is None and view is not None:
            output = Output(view, *self.runner.infer(view, placed.window))
            reason = gate.after_inference(output.fat_pct)
        laps.end("infer")
        if reason is None and output is not None:
            yield from self._accept(taken, output, scene, laps)
        else:
            yield self._reject(taken, reason, laps)

    def freeze(self, freeze: Freeze) -> None:
        """The scanner froze its picture, or went on; either ends the holds."""
        self._gate.freeze(freeze.epoch, frozen=freeze.frozen)
        self._exams.end_holds()

    def end(self, exam: str, counts: LedgerCounts | None = None) -> Reading | None:
        """Close an exam and give its final reading; None where it is not open.

        `counts`: the ledger at its end; None: as of the last frame.
        """
        closed = self._exams.close(exam)
        if closed is None:
            return None
        closed.reading.end_holds()
        return Reading(
            scanner=self._scanner,
            exam=exam,
            pub_epoch=0,
            pub_seq=0,
            publish_ns=0,
            views=closed.reading.summaries(),
            acquisitions=closed.reading.acquisitions(),
            ledger=counts or self._counts,
            model=self.runner.info,
        )

    def end_idle(self, before_ns: int) -> Iterator[Reading]:
        """Close the exams without a frame since `before_ns`."""
        for exam in self._exams.idle(before_ns):
            if reading := self.end(exam):
                yield reading

    def end_surplus(self) -> Iterator[Reading]:
        """Close the exams beyond the limit, those first that have been idle longest."""
        for exam in self._exams.surplus():
            if reading := self.end(exam):
                yield reading

    def _place(self, taken: Taken) -> Placed:
        """The frame's window, cut where its exam's frames are cut."""
        header = taken.arrival.header
        try:
            gray = decode(taken.arrival.pixels, header.format, header.width, header.height)
        except PixelError:
            taken.ledger.undecodable += 1
            raise
        exam = self._exams.get(header.exam)
        if header.view is not None:
            exam = self._exams.open(header.exam, self._clock())
        placing = exam.placing(self.runner.crop) if exam else Placing(self.runner.crop)
        placed = placing.cut(gray, header.spacing_mm)
        self._flags = gate.flags(self.runner.crop, placed)
        return placed

    def _check(self, header: FrameHeader, placed: Placed) -> gate.Checked:
        change: gate.Change = "same"
        if header.view is not None:
            exam = self._exams.open(header.exam, self._clock())
            change = exam.set_up(header.view, gate.Setup.of(header, self.runner.info))
        return self._gate.check(header, placed, change, self.runner.views)

    def _accept(
        self, taken: Taken, output: Output, scene: gate.Scene, laps: "_Laps"
    ) -> Iterator[Estimate]:
        taken.ledger.read += 1
        view, fat_pct, features = output
        header, value_pct = taken.arrival.header, _counted(fat_pct)
        reading = self._exams.open(header.exam, self._clock()).reading
        moment = Moment(header.epoch, header.capture_ns, header.hold, scene)
        reading.add(view, value_pct, features, moment)
        yield self._estimate(taken, view, value_pct, None, laps)
        partner = reading.partner(view) if self.runner.pairs else None
        if partner is None:
            return
        pair = (features, partner) if view == "AR" else (partner, features)
        pair_pct = self.runner.infer_pair(*pair)
        laps.end("infer")
        reason = gate.after_inference(pair_pct)
        if reason is None:
            reading.add_pair(_counted(pair_pct))
        else:
            reading.reject(PAIR, reason)
        yield self._estimate(taken, PAIR, None if reason else _counted(pair_pct), reason, laps)

    def _reject(self, taken: Taken, reason: gate.Reason | None, laps: "_Laps") -> Estimate:
        taken.ledger.gated += 1
        header = taken.arrival.header
        if header.view is not None and reason is not None:
            self._exams.open(header.exam, self._clock()).reading.reject(header.view, reason)
        return self._estimate(taken, header.view, None, reason, laps)

    def _summary(self, exam: str, view: str | None) -> Summary:
        state = self._exams.get(exam)
        return state.reading.summary(view) if state and view else self._nothing

    def _estimate(
        self,
        taken: Taken,
        view: str | None,
        fat_pct: float | None,
        reason: gate.Reason | None,
        laps: "_Laps",
    ) -> Estimate:
        header = taken.arrival.header
        summary = self._summary(header.exam, view)
        flags = [*self._flags, *gate.flags_of(summary)]
        self._counts = taken.counts()
        return Estimate(
            **msgspec.structs.asdict(summary),
            scanner=self._scanner,
            exam=header.exam,
            view=view,  # type: ignore[arg-type]
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
            flags=[*flags, *self.runner.info.flags],
            ledger=self._counts,
            model=self.runner.info,
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
