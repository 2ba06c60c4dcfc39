"""One frame in, its estimates out: crop, gate, inference, reading. No socket, no file."""

import logging
import math
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import NamedTuple

import msgspec

from edge import gate
from edge.contract.crop import Gray
from edge.contract.grading import PAIR, View
from edge.contract.heads import Heads
from edge.contract.messages import Estimate, FrameHeader, LedgerCounts, Overlay, Reading, Summary
from edge.contract.pixels import PixelError, decode
from edge.domain import contradicts, domain, shown
from edge.exams import Exam, OpenExams
from edge.fan.placing import Placed, Placing
from edge.histogram import TOP_PCT, quantise
from edge.inbox import Arrival, Freeze, Taken
from edge.journal.diary import Diary
from edge.journal.restored import Restored
from edge.journal.rows import Told
from edge.reading import DEFAULT_RULE, ExamReading, Features, Moment, RuleId
from edge.runner import Inference, OverdueError, RunError, Runner

Clock = Callable[[], int]

log = logging.getLogger(__name__)


class Output(NamedTuple):
    """What the network said of one frame: estimate, H-MRS %, and features, float32 (1, n)."""

    view: View
    fat_pct: float
    features: Features


class Pipeline:
    """Reads the frames of one scanner.

    `clock`: monotonic ns, passed in so that a test owns the time. `rule`: id of the verdict's rule.
    `diary`: told of everything that an exam can be computed again from; None: nobody is.

    Attributes:
        newest: the newest frame and its window; None before the first.
    """

    def __init__(
        self,
        scanner: str,
        runner: Runner,
        clock: Clock,
        rule: RuleId = DEFAULT_RULE,
        diary: Diary | None = None,
    ) -> None:
        self._runner = runner
        self.diary = diary
        self._scanner = scanner
        self._clock = clock
        self._gate = gate.Gate()
        self.judge_by(rule)
        self._exams = OpenExams(self._new_reading)
        self._counts = LedgerCounts()
        self._flags: list[gate.Flag] = []
        self._shows: Told = None
        """Both of the frame that is being read."""
        self.newest: tuple[FrameHeader, Placed] | None = None
        self._ahead: gate.Ahead | None = None

    @property
    def runner(self) -> Runner:
        """The model; may be replaced between two frames, and every view then begins anew."""
        return self._runner

    @runner.setter
    def runner(self, runner: Runner) -> None:
        if gate.network_of(runner.info) != gate.network_of(self._runner.info):
            for name, exam in self._exams.change_model(runner.intervals):
                if self.diary:
                    self.diary.begin_anew(name, exam.reading.rule)
        self._runner = runner

    def judge_by(self, rule: RuleId) -> None:
        """Another rule for the verdict of exams that are opened from now on."""
        self._rule: RuleId = rule
        self._nothing = ExamReading(rule=rule).summary("?")

    def adopt(self, restored: Restored) -> None:
        """Go on with what an earlier run has left open."""
        self._counts = restored.ledger.counts()
        if restored.frozen is not None:
            self._gate.freeze(restored.frozen, frozen=True)
        for exam, state in restored.exams:
            self._exams.adopt(exam, state)

    def read(self, taken: Taken) -> Iterator[Estimate]:
        """Estimate of a frame, then that of its pair where the other view has frames already.

        The first is given before the second is computed, so that it need not wait for it.

        Raises:
            PixelError: the pixels cannot be decoded; the frame is counted as invalid.
        """
        laps = _Laps(self._clock, taken.arrival.received_ns)
        laps.end("receive")
        self._shows = None
        header = taken.arrival.header
        ahead = self._ahead
        if ahead is not None and ahead.arrival is not taken.arrival:
            ahead = None
        gray = ahead.cut.gray if ahead else self._decode(taken)
        exam = self._exam(header)
        placed = self._place(exam, gray, header, ahead)
        laps.end("crop")
        reason = self._check(exam, header, placed, ahead)
        laps.end("gate")
        output = None
        if reason is None and exam is not None:
            output, reason = self._infer(exam, header, placed.window)
        laps.end("infer")
        if reason is None and exam is not None and output is not None:
            yield from self._accept(taken, exam, output, laps)
            exam.reading.see(placed.window)
        else:
            view = output.view if output else header.view
            yield self._reject(taken, exam, view, reason, laps)
        if exam is not None:
            exam.placing(self.runner.crop).look()

    def prepare(self, arrival: Arrival) -> None:
        """Do what can be done of the next frame before its turn; any thread may, one at a time.

        The window is cut as the newest frame's was, and `read` takes it if that was right. A frame
        that cannot be decoded is left for `read` to refuse.
        """
        ahead, newest = self._ahead, self.newest
        if newest is None or (ahead is not None and ahead.arrival is arrival):
            return
        with suppress(PixelError):
            self._ahead = gate.look_ahead(arrival, self.runner.crop, newest[1])

    def overlay(self) -> Overlay | None:
        """Where the newest frame was looked at; None before the first."""
        if self.newest is None:
            return None
        header, placed = self.newest
        corners = placed.fan.polygon(count=16) if placed.fan else ()
        return Overlay(
            exam=header.exam,
            epoch=header.epoch,
            seq=header.seq,
            width=header.width,
            height=header.height,
            window_px=placed.window_px,
            scale=placed.scale,
            spacing_mm=placed.spacing_mm,
            # A pixel's middle is half a pixel from its corner.
            fan_px=[(round(float(x) + 0.5, 1), round(float(y) + 0.5, 1)) for x, y in corners],
        )

    def freeze(self, freeze: Freeze) -> None:
        """The scanner froze its picture, or went on; either ends the holds."""
        self._gate.freeze(freeze.epoch, frozen=freeze.frozen)
        self._exams.end_holds()
        if self.diary:
            self.diary.freeze(freeze.epoch, frozen=freeze.frozen)

    def end(self, exam: str, counts: LedgerCounts | None = None) -> Reading | None:
        """Close an exam and give its final reading; None where it is not open.

        `counts`: the ledger at its end; None: as of the last frame.
        """
        closed = self._exams.close(exam)
        if closed is None:
            return None
        closed.reading.end_holds()
        reading = Reading(
            scanner=self._scanner,
            exam=exam,
            pub_epoch=0,
            pub_seq=0,
            publish_ns=0,
            views=closed.reading.summaries(),
            acquisitions=closed.reading.acquisitions(),
            ledger=counts or self._counts,
            model=closed.model or self.runner.info,
        )
        if self.diary:
            self.diary.end(exam, reading)
        return reading

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

    def _decode(self, taken: Taken) -> Gray:
        header = taken.arrival.header
        try:
            return decode(taken.arrival.pixels, header.format, header.width, header.height)
        except PixelError:
            taken.ledger.undecodable += 1
            raise

    def _new_reading(self, exam: str) -> ExamReading:
        afresh = self.diary is not None and self.diary.open(exam, self._rule)
        return ExamReading(self.runner.intervals, self._rule, afresh=afresh)

    def _exam(self, header: FrameHeader) -> Exam | None:
        """The frame's exam; one of no view, where the network tells none either, opens none."""
        if not self._opens(header):
            return self._exams.get(header.exam)
        exam = self._exams.open(header.exam, self._clock())
        exam.model = self.runner.info
        return exam

    def _opens(self, header: FrameHeader) -> bool:
        """Whether a frame can belong to a view, so that its exam is opened for it."""
        return header.view is not None or self.runner.heads is not None

    def _place(
        self, exam: Exam | None, gray: Gray, header: FrameHeader, ahead: gate.Ahead | None
    ) -> Placed:
        """The frame's window, cut where its exam's frames are cut."""
        placing = exam.placing(self.runner.crop) if exam else Placing(self.runner.crop)
        placed = placing.cut(gray, header.spacing_mm, ahead.cut if ahead else None)
        self._flags = gate.flags(self.runner.crop, placed)
        self.newest = header, placed
        return placed

    def _check(
        self, exam: Exam | None, header: FrameHeader, placed: Placed, ahead: gate.Ahead | None
    ) -> gate.Reason | None:
        """What can be said before inference; of a view that the network will tell, not that."""
        change: gate.Change = "same"
        if header.view is not None and exam is not None:
            change = exam.set_up(header.view, gate.Setup.of(header, self.runner.info))
        elif self.runner.heads:
            header = msgspec.structs.replace(header, view=self.runner.views[0])
        look = ahead.look if ahead and ahead.cut.window is placed.window else None
        return self._gate.check(header, placed, change, self.runner.views, look)

    def _infer(
        self, exam: Exam, header: FrameHeader, window: Gray
    ) -> tuple[Output | None, gate.Reason | None]:
        """What the network says, under the view that the frame is read as; or why it is not."""
        try:
            return self._ask(exam, header, window)
        except RunError as error:
            return None, _told_of(error)

    def _ask(
        self, exam: Exam, header: FrameHeader, window: Gray
    ) -> tuple[Output | None, gate.Reason | None]:
        view = header.view or self.runner.views[0]
        said = Inference(*self.runner.infer(view, window))
        if heads := self.runner.heads:
            told, reason = self._told(exam, header, said, heads)
            if told is None or reason is not None:
                return Output(told, said.fat_pct, said.features) if told else None, reason
            if told != view:
                view, said = told, Inference(*self.runner.infer(told, window))
            if reason := self._judge(view, said, heads):
                return Output(view, said.fat_pct, said.features), reason
        output = Output(view, said.fat_pct, said.features)
        return output, gate.after_inference(said.fat_pct)

    def _told(
        self, exam: Exam, header: FrameHeader, said: Inference, heads: Heads
    ) -> tuple[View | None, gate.Reason | None]:
        """The view to read a frame as, by its header or its picture; or why there is none."""
        logit = said.view_logit
        shows = None if logit is None else shown(logit, heads, header.view)
        self._shows = shows or ""
        view = exam.watch.see(header.view, shows)
        if view is None:
            return None, "view_unknown"
        if exam.watch.wrong or contradicts(shows, header.view):
            return view, "wrong_view"
        if view not in self.runner.views:
            return view, "view_without_model"
        if header.view is None:
            change = exam.set_up(view, gate.Setup.of(header, self.runner.info))
            return view, "setup_changed" if change == "odd" else None
        return view, None

    def _judge(self, view: View, said: Inference, heads: Heads) -> gate.Reason | None:
        """Whether a frame is too far from what the network knows; a flag where it is not near."""
        score = math.nan if said.domain is None else said.domain
        found = domain(score, heads.domain[view], self._shows or None)
        if found == "near" and "near_domain" not in self._flags:
            self._flags.append("near_domain")
        return "out_of_domain" if found == "out" else None

    def _accept(
        self, taken: Taken, exam: Exam, output: Output, laps: "_Laps"
    ) -> Iterator[Estimate]:
        taken.ledger.read += 1
        view, fat_pct, features = output
        header, value_pct = taken.arrival.header, _counted(fat_pct)
        reading = exam.reading
        moment = Moment(header.epoch, header.capture_ns, header.hold)
        sure = gate.is_sure(self._flags)
        added = reading.add(view, value_pct, features, moment, sure=sure)
        estimate = self._estimate(taken, view, value_pct, None, laps)
        if self.diary:
            self.diary.frame(exam, header, estimate, self._shows, begins=added.begins)
            if self.runner.pairs:
                self.diary.typical(header.exam, view, added.kept, features)
        yield estimate
        partner = reading.partner(view) if self.runner.pairs else None
        if partner is None:
            return
        pair = (features, partner) if view == "AR" else (partner, features)
        pair_pct, reason = self._infer_pair(pair)
        laps.end("infer")
        if reason is None:
            reading.add_pair(_counted(pair_pct))
        else:
            reading.reject(PAIR, reason)
        estimate = self._estimate(taken, PAIR, None if reason else _counted(pair_pct), reason, laps)
        if self.diary:
            self.diary.pair(estimate)
        yield estimate

    def _infer_pair(self, pair: tuple[Features, Features]) -> tuple[float, gate.Reason | None]:
        """Estimate of the two frames together, and why it is not counted."""
        try:
            pair_pct = self.runner.infer_pair(*pair)
        except RunError as error:
            return math.nan, _told_of(error)
        return pair_pct, gate.after_inference(pair_pct)

    def _reject(
        self,
        taken: Taken,
        exam: Exam | None,
        view: View | None,
        reason: gate.Reason | None,
        laps: "_Laps",
    ) -> Estimate:
        taken.ledger.gated += 1
        if exam is not None and view is not None and reason is not None:
            exam.reading.reject(view, reason)
        estimate = self._estimate(taken, view, None, reason, laps)
        if self.diary:
            header = taken.arrival.header
            self.diary.frame(exam if self._opens(header) else None, header, estimate, self._shows)
        return estimate

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


def _told_of(error: RunError) -> gate.Reason:
    """The reason that a failed inference is, once it is in the log."""
    log.warning("a frame is not read: %s", error)
    return "overdue" if isinstance(error, OverdueError) else "inference_failed"


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
