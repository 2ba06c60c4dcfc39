"""The scanners' end: sends prepared frames on an absolute schedule and notes when each went."""

import time
from contextlib import ExitStack
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Semaphore
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench import frames
from bench.case import Case, Fps
from bench.pace import wait_until
from edge.contract.messages import FrameInfo
from edge.scanner.pacing import Heartbeat
from edge.sockets.authenticator import Authenticator
from edge.sockets.enrolment import Enrolment
from edge.sockets.publisher import ScannerPublisher

EXAM = "bench"
LEAD_S = 0.05
"""From the order to start to the first frame."""
RECEIVER_S = 20.0
IN_FLIGHT = 3
"""Frames under way at "fast": one arriving, one read, one answered."""
ANSWER_S = 0.5
"""At "fast", a frame without an answer for this long does not hold up the next."""

Times = NDArray[np.int64]


class Bound(NamedTuple):
    """Where each stream's frames are to be had."""

    endpoints: list[str]


class Burst(NamedTuple):
    """An order: this many frames on each of these streams.

    `start_ns`: when the first is due (monotonic); None: at once.
    """

    streams: tuple[int, ...]
    frames: int
    fps: Fps
    start_ns: int | None = None


class Finish(NamedTuple):
    """An order: end the exams of these streams."""

    streams: tuple[int, ...]


class Sent(NamedTuple):
    """Times of one stream's frames from number `first` on, monotonic ns: when due and when gone."""

    epoch: int
    first: int
    due_ns: Times
    sent_ns: Times


def play(
    parent: Connection, case: Case, binds: list[str], keys: Path | None, answered: Semaphore
) -> None:
    """Bind one stream for each address and obey the parent until it sends None.

    Sends `Bound`; then, for each `Burst`, a list of `Sent`, one for each of its streams.

    Args:
        parent: the other end of the pipe.
        case: says what the frames are like.
        binds: addresses.
        keys: folder of the scanners' keys; None: none are needed.
        answered: released by the viewer at each answer.

    Raises:
        TimeoutError: nobody subscribed to a stream's frames.
    """
    pixels = frames.prepare(case)
    with ExitStack() as stack:
        door = stack.enter_context(Authenticator(Enrolment(keys))) if keys else None
        streams = [
            stack.enter_context(ScannerPublisher(bind, exam=f"{EXAM}-{number}", door=door))
            for number, bind in enumerate(binds)
        ]
        parent.send(Bound([stream.endpoint for stream in streams]))
        _Scanners(parent, case, streams, pixels, answered).obey()


class _Scanners:
    """All streams of one process; they share the pixels."""

    def __init__(
        self,
        parent: Connection,
        case: Case,
        streams: list[ScannerPublisher],
        pixels: list[frames.Pixels],
        answered: Semaphore,
    ) -> None:
        self._parent = parent
        self._case = case
        self._streams = streams
        self._pixels = pixels
        self._answered = answered
        self._beat = Heartbeat(time.monotonic_ns())
        self._heard: set[int] = set()

    def obey(self) -> None:
        """Do as the parent says until it sends None; say meanwhile that the scanners are there."""
        while True:
            while not self._parent.poll(0.1):
                self._say_alive()
            order = self._parent.recv()
            if order is None:
                return
            if isinstance(order, Finish):
                for number in order.streams:
                    self._streams[number].event("exam_end")
            else:
                self._await_receivers(order.streams)
                self._parent.send(self._fast(order) if order.fps == "fast" else self._paced(order))

    def _paced(self, burst: Burst) -> list[Sent]:
        period_ns = 1e9 / float(burst.fps)
        start_ns = burst.start_ns or time.monotonic_ns() + round(LEAD_S * 1e9)
        # Scanners know nothing of each other: each has a phase of its own, always the same.
        phase = np.random.default_rng(len(burst.streams)).permutation(len(burst.streams))
        due_ns = start_ns + np.round(
            (np.arange(burst.frames)[:, None] + phase / len(burst.streams)) * period_ns
        ).astype(np.int64)
        sent_ns = np.zeros_like(due_ns)
        firsts = [self._streams[number].last_seq + 1 for number in burst.streams]
        for flat in np.argsort(due_ns, axis=None):
            frame, column = divmod(int(flat), len(burst.streams))
            sent_ns[frame, column] = self._send(burst.streams[column], int(due_ns[frame, column]))
        return self._told(burst, firsts, due_ns, sent_ns)

    def _fast(self, burst: Burst) -> list[Sent]:
        while self._answered.acquire(block=False):
            continue
        number = burst.streams[0]
        first = self._streams[number].last_seq + 1
        sent_ns = np.zeros((burst.frames, 1), np.int64)
        for frame in range(burst.frames):
            if frame >= IN_FLIGHT:
                self._answered.acquire(timeout=ANSWER_S)
            sent_ns[frame, 0] = self._send(number, 0)
        return self._told(burst, [first], sent_ns, sent_ns)

    def _send(self, number: int, due_ns: int) -> int:
        """Send the next frame of a stream when it is due; gives when it went."""
        stream = self._streams[number]
        info = FrameInfo(
            capture_ns=time.time_ns(),
            view=self._case.view,
            width=self._case.width,
            height=self._case.height,
            format=self._case.format,
            spacing_mm=None,
        )
        pixels = self._pixels[(stream.last_seq + 1) % len(self._pixels)]
        wait_until(due_ns)
        sent_ns = time.monotonic_ns()
        stream.frame(pixels, info)
        self._say_alive()
        return sent_ns

    def _told(self, burst: Burst, firsts: list[int], due_ns: Times, sent_ns: Times) -> list[Sent]:
        return [
            Sent(self._streams[number].epoch, first, due_ns[:, column], sent_ns[:, column])
            for column, (number, first) in enumerate(zip(burst.streams, firsts, strict=True))
        ]

    def _say_alive(self) -> None:
        if self._beat.beat(time.monotonic_ns()):
            for stream in self._streams:
                stream.event("status")

    def _await_receivers(self, numbers: tuple[int, ...]) -> None:
        for number in numbers:
            if number not in self._heard:
                if not self._streams[number].wait_for_receiver(RECEIVER_S):
                    raise TimeoutError("nobody subscribed to the frames")
                self._heard.add(number)
