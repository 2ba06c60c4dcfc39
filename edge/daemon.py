"""The loop: wait for a frame, read it, publish; once a second say how things are."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from edge.clock import ClockWatch
from edge.contract import topics
from edge.contract.messages import Estimate, Reading, State, Status
from edge.contract.pixels import PixelError
from edge.health.tally import Tally
from edge.inbox import ExamEnd, Freeze, Inbox, Taken
from edge.journal.outlet import END_S, Outlet
from edge.pipeline import Pipeline
from edge.providers import DEGRADED_FLAG
from edge.sockets.bus import Bus
from edge.watchdog import Watchdog

WAIT_MS = 50
"""Longest wait, hence how late a new subscription may be looked at while no frame comes."""

SERVE_NS = 20_000_000
"""Between two looks at what viewers ask for, while frames come faster."""

PART_S = 1.0
"""Longest wait for the last commits of a scanner that is no longer listened to."""

STALE_NS = 1_000_000_000
STATUS_NS = round(1e9 / topics.STATUS.rate_hz)

log = logging.getLogger(__name__)


@dataclass
class Scanner:
    """One scanner's way through the daemon. Times: monotonic ns."""

    name: str
    inbox: Inbox
    pipeline: Pipeline
    frames: int = 0
    """Taken from the inbox since the last status."""
    last_frame_ns: int | None = None
    tally: Tally = field(default_factory=Tally)

    def state(self, now_ns: int) -> State:
        """Whether messages and frames come from this scanner."""
        if self.inbox.silent(now_ns):
            return "no_source"
        if self.last_frame_ns is not None and now_ns - self.last_frame_ns > STALE_NS:
            return "stale"
        return "degraded" if DEGRADED_FLAG in self.pipeline.runner.info.flags else "ready"


class Daemon:
    """Reads what the inboxes hold and publishes it, until stopped; one thread runs it.

    Attributes:
        watchdog: fed with what gets done.
        turned_ns: when the loop last began a turn (monotonic clock).
        clock: watches the wall clock.
    """

    def __init__(
        self,
        bus: Bus,
        outlet: Outlet,
        ready: threading.Condition,
        receive: Callable[[int, Callable[[], bool]], None],
        watchdog: Watchdog,
        clock: ClockWatch,
    ) -> None:
        """`outlet`: of estimates and readings; `ready`: that the inboxes and the outlet notify.

        `receive`: waits for messages, so many ms at most, unless what it is given says that
        something is to be done.
        `clock`: looked at every second.
        """
        self._scanners: list[Scanner] = []
        self._exam_idle_ns = 0
        self._bus = bus
        self._outlet = outlet
        self._outlet.on_published = self._count
        self._journal = outlet.words
        self._ready = ready
        self._receive = receive
        self.watchdog = watchdog
        self.clock = clock
        self._started_ns = self._reported_ns = time.monotonic_ns()
        self.turned_ns = self._served_ns = 0
        self._stopping = False

    def stop(self) -> None:
        """Ask the loop to end; may be called from a signal handler."""
        self._stopping = True

    def listen(self, scanners: Sequence[Scanner], exam_idle_s: float) -> None:
        """Go on with these scanners; of the others nothing more comes in, and their exams end."""
        kept = {scanner.name for scanner in scanners}
        gone = [scanner for scanner in self._scanners if scanner.name not in kept]
        if gone:
            self._part_from(gone, PART_S)
        for scanner in gone:
            self._bus.forget(scanner.name)
        self._scanners = list(scanners)
        self._exam_idle_ns = round(exam_idle_s * 1e9)

    def run(self, between_turns: Callable[[], None]) -> None:
        """Serve until `stop`. `between_turns`: what else this thread has to do, in no time."""
        self._report(self._scanners, time.monotonic_ns(), "starting")
        while not self._stopping:
            self.turned_ns = time.monotonic_ns()
            self._wait()
            self._outlet.publish()
            if self._may_take():
                self._turn(self._scanners)
                self._outlet.settle()
            between_turns()
            now_ns = time.monotonic_ns()
            if now_ns - self._served_ns >= SERVE_NS:
                self._bus.serve()
                self._served_ns = now_ns
            self.watchdog.turned(now_ns)
            if now_ns - self._reported_ns >= STATUS_NS:
                self._end_idle(self._scanners, now_ns - self._exam_idle_ns)
                self._report_all(now_ns)
            elif self._outlet.words != self._journal:
                self._report_all(now_ns)

    def drain(self) -> None:
        """Read what waits, close every exam and say so; nothing more may come in meanwhile."""
        self._part_from(self._scanners, END_S)

    def _part_from(self, scanners: Sequence[Scanner], longest_s: float) -> None:
        """`longest_s`: that the last readings may wait for their commit."""
        while self._turn(scanners):
            self._outlet.publish()
        self._end_idle(scanners, time.monotonic_ns())
        self._outlet.flush(longest_s)
        self._report(scanners, time.monotonic_ns(), "stopping")

    def _wait(self) -> None:
        """Until there is something to do: for messages, or for the commit that they wait for."""
        due_ms = (self._reported_ns + STATUS_NS - self.turned_ns) // 1_000_000 + 1
        longest_ms = max(0, min(WAIT_MS, due_ms))
        if not self._outlet.pending:
            self._receive(longest_ms, self._busy)
            return
        with self._ready:
            if not self._busy():
                self._ready.wait(longest_ms / 1e3)

    def _busy(self) -> bool:
        return self._outlet.waiting or self._may_take()

    def _may_take(self) -> bool:
        """Whether a frame waits and its estimate could be written down.

        While it could not, frames stay in the inbox, which counts those that it overwrites.
        """
        return self._outlet.room and any(scanner.inbox.waiting for scanner in self._scanners)

    def _report_all(self, now_ns: int) -> None:
        self._report(self._scanners, now_ns)
        self._reported_ns = now_ns

    def _turn(self, scanners: Sequence[Scanner]) -> bool:
        """Read one item of each scanner in turn; False where nothing waited."""
        now_ns = time.monotonic_ns()
        items = [(scanner, scanner.inbox.take(now_ns)) for scanner in scanners]
        for scanner, item in items:
            if isinstance(item, Taken):
                self._read(scanner, item)
                self.watchdog.turned(time.monotonic_ns())
            elif isinstance(item, ExamEnd):
                self._publish(scanner, scanner.pipeline.end(item.exam, item.counts()))
            elif isinstance(item, Freeze):
                scanner.pipeline.freeze(item)
                self._outlet.put(scanner.pipeline.diary)
        return any(item is not None for _, item in items)

    def _read(self, scanner: Scanner, taken: Taken) -> None:
        received_ns = taken.arrival.received_ns
        scanner.last_frame_ns = received_ns
        scanner.frames += 1
        try:
            for estimate in scanner.pipeline.read(taken):
                topic = topics.fat(scanner.name, estimate.view)
                self._outlet.put(scanner.pipeline.diary, topic, estimate, received_ns)
            for reading in scanner.pipeline.end_surplus():
                self._publish(scanner, reading)
        except PixelError as error:
            log.warning("frame refused: %s", error)

    def _publish(self, scanner: Scanner, reading: Reading | None) -> None:
        if reading is not None:
            self._outlet.put(scanner.pipeline.diary, topics.reading(scanner.name), reading)

    def _count(self, message: Estimate | Reading, received_ns: int | None) -> None:
        """A message of a scanner has gone out."""
        scanner = next((each for each in self._scanners if each.name == message.scanner), None)
        if scanner is None:
            return
        if isinstance(message, Estimate):
            scanner.tally.estimate(message, received_ns or 0)
        else:
            scanner.tally.readings += 1

    def _end_idle(self, scanners: Sequence[Scanner], before_ns: int) -> None:
        for scanner in scanners:
            for reading in scanner.pipeline.end_idle(before_ns):
                self._publish(scanner, reading)

    def _report(self, scanners: Sequence[Scanner], now_ns: int, state: State | None = None) -> None:
        """Publish the status of each."""
        self._journal = self._outlet.words
        self.clock.look()
        elapsed_s = max(now_ns - self._reported_ns, 1) / 1e9
        for scanner in scanners:
            model = scanner.pipeline.runner.info
            status = Status(
                scanner=scanner.name,
                pub_epoch=0,
                pub_seq=0,
                publish_ns=0,
                state=state or self._state(scanner, now_ns),
                fps=scanner.frames / elapsed_s,
                ledger=scanner.inbox.counts(),
                provider=model.provider,
                model=model,
                uptime_s=(now_ns - self._started_ns) / 1e9,
                journal=self._journal,
                clock_offset_ms=self.clock.offset_ms,
                overlay=scanner.pipeline.overlay(),
            )
            self._bus.publish(topics.status(scanner.name), status)
            scanner.frames = 0

    def _state(self, scanner: Scanner, now_ns: int) -> State:
        """The scanner's, unless nothing that it sends can be published."""
        state = scanner.state(now_ns)
        withheld = self._journal not in ("ok", "off")
        return "degraded" if withheld and state == "ready" else state
