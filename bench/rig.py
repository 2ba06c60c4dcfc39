"""Scanners, contenders and a viewer, each in a process of its own, and the order they work in.

All contenders are up at once and get their frames in bursts, one contender at a time, so that a
machine that changes its pace changes it for all of them.
"""

import multiprocessing
import secrets
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from bench import keys
from bench.case import Case, Fps
from bench.child import Child
from bench.contender import Contender, Wiring
from bench.contender_process import ContenderProcess, Cost
from bench.errors import BenchError
from bench.scanner_process import Bound, Burst, Finish, Sent, play
from bench.viewer_process import Arrival, Listen, Speaking, Take, watch

CHILD_S = 60.0
"""Longest wait for a process to say that it is ready."""

GRACE_S = 1.0
"""A frame whose answer has not come so long after the last frame went is lost."""

SLACK_S = 20.0
"""A burst that lasts this much longer than its frames has failed."""

Told = Callable[[str], None]
"""Is told the part that is under way."""

T = TypeVar("T")


@dataclass(frozen=True)
class Start:
    """A contender's start, monotonic ns: its process was made, the viewer heard it."""

    started_ns: int
    speaking_ns: int


@dataclass(frozen=True)
class Seen:
    """All that was seen of a burst: one `Sent` for each stream, and what arrived meanwhile."""

    sent: list[Sent]
    arrivals: list[Arrival]
    before: Cost
    after: Cost

    @property
    def cpu_s(self) -> float:
        """CPU time of all of the contender's threads."""
        return self.after.cpu_s - self.before.cpu_s

    @property
    def frames(self) -> int:
        """Frames sent, of all streams."""
        return sum(len(sent.sent_ns) for sent in self.sent)


class Rig:
    """One measurement's processes; they end with its `with` block.

    Attributes:
        case: how the frames are sent.
        contenders: in the order of their numbers.
        starts: of each contender.
    """

    def __init__(self, case: Case, contenders: Sequence[Contender], told: Told) -> None:
        self.case = case
        self.contenders = contenders
        self.starts: list[Start] = []
        self._told = told
        self._stack = ExitStack()
        self._processes: list[ContenderProcess] = []

    def __enter__(self) -> Self:
        """Start everything.

        Raises:
            BenchError: a process did not start.
        """
        with ExitStack() as stack:
            self._start(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is None:
            self._scanner.tell(None)
            self._viewer.tell(None)
        self._stack.__exit__(kind, error, trace)

    def burst(self, number: int, frames: int, fps: Fps | None = None) -> Seen:
        """Send each stream of contender `number` so many frames, and wait for the answers."""
        before = self.cost(number)
        sent = self.send(number, frames, fps)
        return Seen(sent, self.take(number, frames * self.case.streams), before, self.cost(number))

    def send(
        self, number: int, frames: int, fps: Fps | None = None, start_ns: int | None = None
    ) -> list[Sent]:
        """Send a burst and leave its answers with the viewer.

        fps: the case's own unless given. start_ns: when the first frame is due; None: at once.
        """
        pace = self.case.fps if fps is None else fps
        self._scanner.tell(Burst(self._streams(number), frames, pace, start_ns))
        ahead_s = 0.0 if start_ns is None else max(0.0, start_ns / 1e9 - time.monotonic())
        seconds = frames / (1.0 if pace == "fast" else pace)
        deadline_s = time.monotonic() + ahead_s + seconds + SLACK_S
        while time.monotonic() < deadline_s:
            sent = self._scanner.hear(0.5)
            if sent is not None:
                return list(sent)
            self._processes[number].check()
        raise BenchError("the scanner process did not send its frames in time")

    def take(self, number: int, answers: int) -> list[Arrival]:
        """What a contender has said since the last time, once so many answers have come."""
        deadline_ns = time.monotonic_ns() + round(GRACE_S * 1e9)
        self._viewer.tell(Take(number, answers, deadline_ns))
        return self._expect(self._viewer, list)

    def finish(self, number: int) -> list[Arrival]:
        """End the exams of a contender; gives what it says of that."""
        self._scanner.tell(Finish(self._streams(number)))
        return self.take(number, 1)

    def cost(self, number: int) -> Cost:
        """What a contender has used so far."""
        return self._processes[number].cost()

    def _start(self, stack: ExitStack) -> None:
        case = self.case
        self._folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="steatoscope-bench-"))
        )
        self._keys = keys.draw(self._folder / "keys") if case.transport == "curve" else None
        answered = multiprocessing.get_context("spawn").Semaphore(0)
        total = case.streams * len(self.contenders)
        binds = [self._address() for _ in range(total)]
        ring = self._keys.scanners if self._keys else None
        self._told("preparing frames")
        self._scanner = stack.enter_context(Child("scanner", play, case, binds, ring, answered))
        self._viewer = stack.enter_context(Child("viewer", watch, answered))
        self._endpoints = self._expect(self._scanner, Bound).endpoints
        for number, contender in enumerate(self.contenders):
            self._told(f"starting the {contender.name}")
            self._start_one(stack, number, contender)

    def _start_one(self, stack: ExitStack, number: int, contender: Contender) -> None:
        folder = self._folder / str(number)
        folder.mkdir(mode=0o700)
        frames = [self._endpoints[stream] for stream in self._streams(number)]
        ring = self._keys.daemon if self._keys else None
        command = contender.command(Wiring(frames, self._address(), folder, ring))
        process = stack.enter_context(
            ContenderProcess(contender.name, command, folder, contender.environment, contender.core)
        )
        self._processes.append(process)
        endpoint = process.wait_for_endpoint()
        pair = (self._keys.viewer, self._keys.daemon_public) if self._keys else None
        self._viewer.tell(Listen(endpoint, pair))
        speaking = self._expect(self._viewer, Speaking, process)
        self.starts.append(Start(process.started_ns, speaking.monotonic_ns))

    def _streams(self, number: int) -> tuple[int, ...]:
        first = number * self.case.streams
        return tuple(range(first, first + self.case.streams))

    def _address(self) -> str:
        if self.case.transport == "ipc":
            return f"ipc://{self._folder / secrets.token_hex(4)}"
        return "tcp://127.0.0.1:*"

    def _expect(self, child: Child, kind: type[T], beside: ContenderProcess | None = None) -> T:
        deadline_s = time.monotonic() + CHILD_S
        while time.monotonic() < deadline_s:
            message = child.hear(0.5)
            if isinstance(message, kind):
                return message
            if beside is not None:
                beside.check()
        raise BenchError(f"the {child.name} process said nothing within {CHILD_S:g} s")
