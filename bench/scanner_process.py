"""The scanner's end: sends prepared frames on an absolute schedule and notes when each went."""

import time
from multiprocessing.connection import Connection
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench import fan
from bench.case import Case
from bench.pace import wait_until
from edge.contract.messages import FrameInfo
from edge.scanner.pacing import Heartbeat
from edge.sockets.publisher import ScannerPublisher

EXAM = "bench"
LEAD_S = 0.1
"""From the order to start to the first frame."""
RECEIVER_S = 10.0


class Bound(NamedTuple):
    """Where the daemon is to connect to."""

    endpoint: str


class Progress(NamedTuple):
    """Frames sent so far."""

    frames: int


class Sent(NamedTuple):
    """Every frame's times by its `seq`, monotonic ns: when it was due and when it went."""

    epoch: int
    due_ns: NDArray[np.int64]
    sent_ns: NDArray[np.int64]


def play(parent: Connection, case: Case, bind: str) -> None:
    """Bind, wait for the parent's word, send every frame, tell when each was sent.

    Sends `Bound`; `Progress` about twice a second and when the warm-up is over; then `Sent`.

    Raises:
        TimeoutError: nobody subscribed to frames.
    """
    pixels = fan.prepare(case)
    with ScannerPublisher(bind, exam=EXAM) as publisher:
        parent.send(Bound(publisher.endpoint))
        beat = Heartbeat(time.monotonic_ns())
        while not parent.poll(0.2):
            if beat.beat(time.monotonic_ns()):
                publisher.event("status")
        parent.recv()
        if not publisher.wait_for_receiver(RECEIVER_S):
            raise TimeoutError("the daemon did not subscribe to frames")
        sent = _send(parent, publisher, case, pixels)
        publisher.event("exam_end")
        parent.send(sent)


def _send(
    parent: Connection, publisher: ScannerPublisher, case: Case, pixels: list[fan.Pixels]
) -> Sent:
    total = case.warm_up + case.frames
    start_ns = time.monotonic_ns() + round(LEAD_S * 1e9)
    due_ns = start_ns + np.round(np.arange(total) * (1e9 / case.fps)).astype(np.int64)
    sent_ns = np.zeros(total, np.int64)
    beat = Heartbeat(start_ns)
    report_every = max(1, round(case.fps / 2))
    for seq in range(total):
        info = FrameInfo(
            capture_ns=time.time_ns(),
            view=case.view,
            width=case.width,
            height=case.height,
            format=case.format,
            spacing_mm=None,
        )
        wait_until(int(due_ns[seq]))
        sent_ns[seq] = time.monotonic_ns()
        publisher.frame(pixels[seq % len(pixels)], info)
        if beat.beat(time.monotonic_ns()):
            publisher.event("status")
        if (seq + 1) % report_every == 0 or seq + 1 == case.warm_up:
            parent.send(Progress(seq + 1))
    return Sent(publisher.epoch, due_ns, sent_ns)
