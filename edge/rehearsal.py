"""Goes through what a frame meets before its inference, just before one is due.

Code and data that 33 ms of sleep have left cold make a frame's path several times as long. So
where frames come evenly, the loop wakes a little before the next one and takes that way once with
the frame before, which brings it all back to the caches and the core awake (decision 15).
"""

import threading
import time
from collections.abc import Collection

from edge.contract.codec import decode_frame, encode
from edge.contract.grading import View
from edge.contract.messages import FrameHeader
from edge.fan.placing import Placed
from edge.gate import Gate
from edge.inbox import Arrival, Inbox, Taken

LEAD_NS = 2_500_000
"""Before the next frame; well above what a rehearsal takes, and what waits in ms are rounded by."""

EVERY_NS = range(10_000_000, 200_000_000)
"""Distances of two frames at which the next is prepared for; closer ones leave nothing cold."""


class Rehearsal:
    """Of one scanner's frames. It counts and publishes nothing: all that it uses is its own."""

    def __init__(self) -> None:
        self._inbox = Inbox(threading.Condition())
        self._gate = Gate()
        self._frame_ns = 0
        self._done = True

    def left_ms(self, frame_ns: int, every_ns: int, now_ns: int) -> int | None:
        """Time until it is due, rounded up, 0 when it is; None where it is not, or was.

        `frame_ns`: when the newest frame came, 0 before one, and `now_ns`, both monotonic.
        `every_ns`: between that frame and the one before.
        """
        if frame_ns != self._frame_ns:
            self._frame_ns = frame_ns
            self._done = every_ns not in EVERY_NS
        if self._done:
            return None
        left_ns = frame_ns + every_ns - LEAD_NS - now_ns
        if left_ns <= -LEAD_NS:  # too late: the frame is overdue
            self._done = True
            return None
        return max(0, -(-left_ns // 1_000_000))

    def go(self, header: FrameHeader, placed: Placed, views: Collection[View]) -> None:
        """Rehearse with the newest frame; once, until another has come."""
        self._done = True
        now_ns = time.monotonic_ns()
        header = decode_frame(encode(header))
        self._inbox.put_frame(Arrival(header, placed.gray, now_ns))
        taken = self._inbox.take(now_ns)
        if isinstance(taken, Taken):
            taken.counts()
        self._gate.check(header, placed, "same", views)
