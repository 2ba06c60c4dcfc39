"""Plays shots as a scanner would: each when it is due, a status every second, the end announced."""

import time
from collections.abc import Callable
from typing import Protocol

from edge.contract.messages import EventKind, FrameInfo
from edge.scanner.pacing import Heartbeat, Pace, Schedule, Tally
from edge.scanner.prefetch import Prefetch
from edge.scanner.source import Pixels, Shot

NAP_S = 0.1
"""Longest sleep: so soon a signal is noticed."""

HEAD_START = 0.25
"""Part of the buffer to be filled before the first frame is due."""


class Publisher(Protocol):
    """The side of a scanner's socket that a player uses."""

    def frame(self, pixels: Pixels, info: FrameInfo) -> int:
        """Send a frame and return its number."""

    def event(self, kind: EventKind) -> None:
        """Send an event."""

    def wait_for_receiver(self, timeout_s: float) -> bool:
        """Whether a receiver has come within `timeout_s`."""


class Player:
    """One exam on one publisher, in one thread.

    Attributes:
        tally: what has been sent so far.
        stopped: asked at least every NAP_S; True ends the exam early.
    """

    def __init__(self, publisher: Publisher, stopped: Callable[[], bool]) -> None:
        self.tally = Tally()
        self._publisher = publisher
        self.stopped = stopped
        self._heartbeat = Heartbeat(time.monotonic_ns())

    def wait(self, wait_s: float) -> bool:
        """Wait at most `wait_s` for a receiver, with a status every second; False: none came."""
        end_ns = time.monotonic_ns() + round(wait_s * 1e9)
        while not self.stopped() and (left_ns := end_ns - time.monotonic_ns()) > 0:
            if self._publisher.wait_for_receiver(self._nap_s(left_ns)):
                return True
        return False

    def play(self, shots: Prefetch[Shot], pace: Pace, progress: Callable[[Tally], None]) -> None:
        """Send every shot when it is due; a late one goes at once, and the others keep their time.

        Raises:
            SourceError: a source broke off; the shots before that were sent.
        """
        while shots.ahead < HEAD_START and not self.stopped():
            time.sleep(self._nap_s(10_000_000))
        schedule: Schedule | None = None
        while not self.stopped():
            shot = shots.take(self._nap_s())
            if shot is None:
                if shots.finished:
                    return
                continue
            schedule = schedule or Schedule(pace, time.monotonic_ns())
            due_ns = schedule.due_ns(self.tally.frames, shot.time_s)
            if not self._sleep_until(due_ns):
                return
            self._send(shot, due_ns)
            progress(self.tally)

    def end(self) -> None:
        """Announce the last frame's number and the end of the exam."""
        self._publisher.event("status")
        self._publisher.event("exam_end")

    def _send(self, shot: Shot, due_ns: int | None) -> None:
        now_ns = time.monotonic_ns()
        late_ns = 0 if due_ns is None else now_ns - due_ns
        height, width = shot.pixels.shape[:2]
        info = FrameInfo(
            # The frame was there when it was due, however late it goes out.
            capture_ns=time.time_ns() - late_ns,
            view=shot.view,
            width=width,
            height=height,
            format=shot.format,
            spacing_mm=shot.spacing_mm,
            hold=shot.hold,
        )
        self._publisher.frame(shot.pixels, info)
        self.tally.sent(now_ns, due_ns)

    def _sleep_until(self, due_ns: int | None) -> bool:
        """True when it is due; False where the player was stopped before."""
        while due_ns is not None and (left_ns := due_ns - time.monotonic_ns()) > 0:
            if self.stopped():
                return False
            time.sleep(self._nap_s(left_ns))
        return True

    def _nap_s(self, left_ns: int = 10**9) -> float:
        """Send the status if it is due; then how long one may sleep, with `left_ns` to go."""
        now_ns = time.monotonic_ns()
        if self._heartbeat.beat(now_ns):
            self._publisher.event("status")
        return min(left_ns / 1e9, self._heartbeat.left_ns(now_ns) / 1e9, NAP_S)
