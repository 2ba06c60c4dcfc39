"""When each frame is due, and how late it went."""

from typing import Literal

Pace = float | Literal["original", "fast"]
"""Frames per second; or the source's own times; or as fast as they come."""


class Schedule:
    """Due times counted from one start, so that no error adds up from frame to frame.

    Times are ns of any one clock, given by the caller.
    """

    def __init__(self, pace: Pace, start_ns: int) -> None:
        """`start_ns`: when the frame with number and time 0 is due."""
        self._pace = pace
        self._start_ns = start_ns

    def due_ns(self, number: int, time_s: float) -> int | None:
        """When a frame is due, from its number and its time in the source; None: at once."""
        if self._pace == "fast":
            return None
        offset_s = time_s if self._pace == "original" else number / self._pace
        return self._start_ns + round(offset_s * 1e9)


class Tally:
    """What was sent, when, and how late.

    Attributes:
        frames: how many were sent.
        worst_late_ns: the longest that a frame went after it was due.
    """

    def __init__(self) -> None:
        self.frames = 0
        self.worst_late_ns = 0
        self._first_ns = 0
        self._last_ns = 0

    def sent(self, now_ns: int, due_ns: int | None) -> None:
        """Count a frame sent at `now_ns` that was due at `due_ns`; None: it had no time."""
        if self.frames == 0:
            self._first_ns = now_ns
        self.frames += 1
        self._last_ns = now_ns
        if due_ns is not None:
            self.worst_late_ns = max(self.worst_late_ns, now_ns - due_ns)

    @property
    def seconds(self) -> float:
        """From the first frame to the last."""
        return (self._last_ns - self._first_ns) / 1e9

    @property
    def fps(self) -> float:
        """Mean rate over the gaps between frames, 1/s; 0 where there is none."""
        return (self.frames - 1) / self.seconds if self.seconds > 0 else 0.0


class Heartbeat:
    """Says when the status of every second is due; never two for one second."""

    PERIOD_NS = 1_000_000_000

    def __init__(self, now_ns: int) -> None:
        """The first beat is due at once."""
        self._next_ns = now_ns

    def left_ns(self, now_ns: int) -> int:
        """Until the next beat; 0 where it is due."""
        return max(0, self._next_ns - now_ns)

    def beat(self, now_ns: int) -> bool:
        """True once for each period; periods that were slept through are not made up for."""
        if now_ns < self._next_ns:
            return False
        missed = (now_ns - self._next_ns) // self.PERIOD_NS
        self._next_ns += (missed + 1) * self.PERIOD_NS
        return True
