"""The loop: wait for a frame, read it, publish; once a second say how things are."""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from edge.clock import ClockWatch
from edge.contract import topics
from edge.contract.messages import Estimate, Reading, State, Status
from edge.contract.pixels import PixelError
from edge.crew import Crew
from edge.health.tally import Tally
from edge.inbox import ExamEnd, Freeze, Inbox, Taken
from edge.journal.outlet import END_S, Outlet
from edge.pipeline import Pipeline
from edge.processor import cores
from edge.providers import DEGRADED_FLAG
from edge.rehearsal import Rehearsal
from edge.sockets.bus import Bus
from edge.waiter import Waiter
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


Frame = tuple["Scanner", Taken]
Read = list[Estimate]


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
    rehearsal: Rehearsal = field(default_factory=Rehearsal)

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
        crew: reads the frames, where there are several scanners.
    """

    def __init__(
        self,
        bus: Bus,
        outlet: Outlet,
        waiter: Waiter,
        watchdog: Watchdog,
        clock: ClockWatch,
    ) -> None:
        """`outlet`: of estimates and readings. `waiter`: lets it sleep until there is work.

        `clock`: looked at every second.
        """
        self._scanners: list[Scanner] = []
        self._by_name: dict[str, Scanner] = {}
        self._exam_idle_ns = 0
        self._bus = bus
        self._outlet = outlet
        self._outlet.on_published = self._count
        self._journal = outlet.words
        self._waiter = waiter
        self.crew: Crew[Frame, Read] = Crew(max(2, cores()), _read, waiter.wake)
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
        self.rest()
        kept = {scanner.name for scanner in scanners}
        gone = [scanner for scanner in self._scanners if scanner.name not in kept]
        if gone:
            self._part_from(gone, PART_S)
        for scanner in gone:
            self._bus.forget(scanner.name)
        self._scanners = list(scanners)
        self._by_name = {scanner.name: scanner for scanner in scanners}
        self._exam_idle_ns = round(exam_idle_s * 1e9)

    def run(self, between_turns: Callable[[], None]) -> None:
        """Serve until `stop`. `between_turns`: what else this thread has to do, in no time."""
        self._report(self._scanners, time.monotonic_ns(), "starting")
        while not self._stopping:
            self.turned_ns = time.monotonic_ns()
            self._wait()
            self._outlet.publish()
            collected = self.crew.any_done and self._put_all(self.crew.collect())
            if self._may_take():
                self._turn(self._scanners, together=self._together)
                self._outlet.settle()
            elif collected:
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

    def rest(self) -> None:
        """Wait until no frame is being read."""
        self._put_all(self.crew.rest())

    def drain(self) -> None:
        """Read what waits, close every exam and say so; nothing more may come in meanwhile."""
        self._part_from(self._scanners, END_S)

    def _part_from(self, scanners: Sequence[Scanner], longest_s: float) -> None:
        """`longest_s`: that the last readings may wait for their commit."""
        self.rest()
        while self._turn(scanners):
            self._outlet.publish()
        self._end_idle(scanners, time.monotonic_ns())
        self._outlet.flush(longest_s)
        self._report(scanners, time.monotonic_ns(), "stopping")

    def _wait(self) -> None:
        """Until there is something to do, or a status is due."""
        if self._busy():
            return
        due_ms = (self._reported_ns + STATUS_NS - self.turned_ns) // 1_000_000 + 1
        longest_ms = self._rehearse(max(0, min(WAIT_MS, due_ms)))
        self._waiter.wait(longest_ms, self._busy, for_commit=self._outlet.pending)

    def _rehearse(self, longest_ms: int) -> int:
        """Rehearse where a frame is about to come; how long to wait at most before the next look.

        For one scanner alone: the frames of several come often enough, and are read elsewhere.
        """
        if len(self._scanners) != 1:
            return longest_ms
        [scanner] = self._scanners
        newest = scanner.pipeline.newest
        inbox = scanner.inbox
        left_ms = scanner.rehearsal.left_ms(inbox.frame_ns, inbox.every_ns, self.turned_ns)
        if newest is None or left_ms is None:
            return longest_ms
        if left_ms:
            return min(longest_ms, left_ms)
        scanner.rehearsal.go(*newest, scanner.pipeline.runner.views)
        return longest_ms

    def _busy(self) -> bool:
        return self._outlet.waiting or self.crew.any_done or self._may_take()

    @property
    def _together(self) -> bool:
        """Whether frames of several scanners are to be read at the same time: on the CPU."""
        several = len(self._scanners) > 1
        return several and self._scanners[0].pipeline.runner.info.provider == "cpu"

    def _may_take(self) -> bool:
        """Whether a frame waits and its estimate could be written down.

        While it could not, frames stay in the inbox, which counts those that it overwrites.
        """
        if not (self._outlet.room and self.crew.free):
            return False
        for scanner in self._scanners:
            if scanner.inbox.waiting and not self.crew.at_work(scanner.name):
                return True
        return False

    def _report_all(self, now_ns: int) -> None:
        self._report(self._scanners, now_ns)
        self._reported_ns = now_ns

    def _turn(self, scanners: Sequence[Scanner], *, together: bool = False) -> bool:
        """Read one item of each scanner in turn; False where nothing waited.

        `together`: frames are handed to the crew, while it has a thread to spare; whose last frame
        is oldest is served first.
        """
        found = False
        for scanner in sorted(scanners, key=lambda each: each.last_frame_ns or 0):
            if self.crew.free and not self.crew.at_work(scanner.name):
                item = scanner.inbox.take(time.monotonic_ns())
                found |= item is not None
                if together and isinstance(item, Taken):
                    _begin(scanner, item)
                    self.crew.begin(scanner.name, (scanner, item))
                else:
                    self._do(scanner, item)
        return found

    def _do(self, scanner: Scanner, item: Taken | ExamEnd | Freeze | None) -> None:
        """Read a frame, end an exam, or note that the picture froze or went on."""
        if isinstance(item, Taken):
            _begin(scanner, item)
            self._put(scanner, item, _estimates(scanner, item))
            self.watchdog.turned(time.monotonic_ns())
        elif isinstance(item, ExamEnd):
            self._publish(scanner, scanner.pipeline.end(item.exam, item.counts()))
        elif isinstance(item, Freeze):
            scanner.pipeline.freeze(item)
            self._outlet.put(scanner.pipeline.diary)

    def _put_all(self, read: Sequence[tuple[Frame, Read]]) -> bool:
        """Publish what the crew has read; whether it was anything."""
        for (scanner, taken), estimates in read:
            self._put(scanner, taken, estimates)
        return bool(read)

    def _put(self, scanner: Scanner, taken: Taken, estimates: Iterable[Estimate]) -> None:
        for estimate in estimates:
            topic = topics.fat(scanner.name, estimate.view)
            received_ns = taken.arrival.received_ns
            self._outlet.put(scanner.pipeline.diary, topic, estimate, received_ns)
        for reading in scanner.pipeline.end_surplus():
            self._publish(scanner, reading)

    def _publish(self, scanner: Scanner, reading: Reading | None) -> None:
        if reading is not None:
            self._outlet.put(scanner.pipeline.diary, topics.reading(scanner.name), reading)

    def _count(self, message: Estimate | Reading, received_ns: int | None) -> None:
        """A message of a scanner has gone out."""
        scanner = self._by_name.get(message.scanner)
        if scanner is None:
            return
        if isinstance(message, Estimate):
            scanner.tally.estimate(message, received_ns or 0)
        else:
            scanner.tally.readings += 1

    def _end_idle(self, scanners: Sequence[Scanner], before_ns: int) -> None:
        for scanner in scanners:
            if self.crew.at_work(scanner.name):
                continue
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
                ledger=scanner.inbox.counts(reading=self.crew.at_work(scanner.name)),
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


def _begin(scanner: Scanner, taken: Taken) -> None:
    scanner.last_frame_ns = taken.arrival.received_ns
    scanner.frames += 1


def _read(frame: Frame) -> Read:
    """A frame's estimates, on a thread of the crew."""
    return list(_estimates(*frame))


def _estimates(scanner: Scanner, taken: Taken) -> Iterator[Estimate]:
    """What the pipeline makes of a frame, each as soon as it is there; none where it is refused."""
    try:
        yield from scanner.pipeline.read(taken)
    except PixelError as error:
        log.warning("frame refused: %s", error)
