"""The loop: wait for a frame, read it, publish; once a second say how things are."""

import logging
import threading
import time
from dataclasses import dataclass, field

from edge.clock import ClockWatch
from edge.contract import topics
from edge.contract.messages import ModelInfo, Reading, State, Status
from edge.contract.pixels import PixelError
from edge.health.tally import Tally
from edge.inbox import ExamEnd, Freeze, Inbox, Taken
from edge.pipeline import Pipeline
from edge.sockets.bus import Bus

WAIT_S = 0.02
"""Longest wait for a frame, hence how late a new viewer's subscription may be looked at."""

STALE_NS = 1_000_000_000
NO_SOURCE_NS = 2_500_000_000
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
        heard_ns = self.inbox.heard_ns
        if heard_ns is None or now_ns - heard_ns > NO_SOURCE_NS:
            return "no_source"
        if self.last_frame_ns is not None and now_ns - self.last_frame_ns > STALE_NS:
            return "stale"
        return "ready"


class Daemon:
    """Reads what the inboxes hold and publishes it, until stopped; one thread runs it.

    Attributes:
        turned_ns: when the loop last began a turn (monotonic clock).
        clock: watches the wall clock.
    """

    def __init__(
        self,
        scanners: list[Scanner],
        bus: Bus,
        ready: threading.Condition,
        model: ModelInfo,
        exam_idle_s: float,
        clock: ClockWatch | None = None,
    ) -> None:
        """`ready`: the condition that the inboxes notify. `clock`: looked at every second."""
        self._scanners = scanners
        self._bus = bus
        self._ready = ready
        self._model = model
        self._exam_idle_ns = round(exam_idle_s * 1e9)
        self._started_ns = self._reported_ns = time.monotonic_ns()
        self.clock = clock or ClockWatch()
        self.turned_ns = 0
        self._stopping = False

    def stop(self) -> None:
        """Ask the loop to end; may be called from a signal handler."""
        self._stopping = True

    def run(self) -> None:
        """Serve until `stop`."""
        self._report(time.monotonic_ns(), "starting")
        while not self._stopping:
            self.turned_ns = time.monotonic_ns()
            with self._ready:
                if not any(scanner.inbox.waiting for scanner in self._scanners):
                    self._ready.wait(WAIT_S)
            self._turn()
            self._bus.serve()
            now_ns = time.monotonic_ns()
            if now_ns - self._reported_ns >= STATUS_NS:
                self._end_idle(now_ns - self._exam_idle_ns)
                self._report(now_ns)

    def drain(self) -> None:
        """Read what waits, close every exam and say so; nothing more may come in meanwhile."""
        while self._turn():
            pass
        now_ns = time.monotonic_ns()
        self._end_idle(now_ns)
        self._report(now_ns, "stopping")

    def _turn(self) -> bool:
        """Read one item of each scanner in turn; False where nothing waited."""
        items = [(scanner, scanner.inbox.take()) for scanner in self._scanners]
        for scanner, item in items:
            if isinstance(item, Taken):
                self._read(scanner, item)
            elif isinstance(item, ExamEnd):
                self._publish(scanner, scanner.pipeline.end(item.exam, item.counts()))
            elif isinstance(item, Freeze):
                scanner.pipeline.freeze(item)
        return any(item is not None for _, item in items)

    def _read(self, scanner: Scanner, taken: Taken) -> None:
        received_ns = taken.arrival.received_ns
        scanner.last_frame_ns = received_ns
        scanner.frames += 1
        try:
            for estimate in scanner.pipeline.read(taken):
                topic = topics.fat(scanner.name, estimate.view)
                sent = self._bus.publish(topic, estimate, received_ns)
                scanner.tally.estimate(sent, received_ns)
            for reading in scanner.pipeline.end_surplus():
                self._publish(scanner, reading)
        except PixelError as error:
            log.warning("frame refused: %s", error)

    def _publish(self, scanner: Scanner, reading: Reading | None) -> None:
        if reading is not None:
            self._bus.publish(topics.reading(scanner.name), reading)
            scanner.tally.readings += 1

    def _end_idle(self, before_ns: int) -> None:
        for scanner in self._scanners:
            for reading in scanner.pipeline.end_idle(before_ns):
                self._publish(scanner, reading)

    def _report(self, now_ns: int, state: State | None = None) -> None:
        """Publish every scanner's status."""
        self.clock.look()
        elapsed_s = max(now_ns - self._reported_ns, 1) / 1e9
        for scanner in self._scanners:
            status = Status(
                scanner=scanner.name,
                pub_epoch=0,
                pub_seq=0,
                publish_ns=0,
                state=state or scanner.state(now_ns),
                fps=scanner.frames / elapsed_s,
                ledger=scanner.inbox.counts(),
                provider=self._model.provider,
                model=self._model,
                uptime_s=(now_ns - self._started_ns) / 1e9,
                journal="off",
                clock_offset_ms=self.clock.offset_ms,
            )
            self._bus.publish(topics.status(scanner.name), status)
            scanner.frames = 0
        self._reported_ns = now_ns
