"""When a viewer has seen what it was asked to wait for. Times: the viewer's monotonic clock, s."""

from typing import Protocol

from edge.contract.messages import Reading, Status
from edge.terminal.board import Message

SETTLE_S = 0.3
"""A late viewer is sent the latest of all topics at once; this long after the first all came."""


class Ending(Protocol):
    """Asked after every message and every pause."""

    def take(self, message: Message, now_s: float) -> None:
        """Learn of a message."""

    def reached(self, now_s: float) -> bool:
        """Whether the viewer may end."""


class Never:
    """Until the user ends it."""

    def take(self, message: Message, now_s: float) -> None:
        """Nothing ends it."""

    def reached(self, now_s: float) -> bool:
        """Always False."""
        del now_s
        return False


class FirstPicture:
    """Once the latest values have come."""

    def __init__(self) -> None:
        self._first_s: float | None = None

    def take(self, message: Message, now_s: float) -> None:
        """The first message starts the wait for the others."""
        del message
        if self._first_s is None:
            self._first_s = now_s

    def reached(self, now_s: float) -> bool:
        """Whether the first message came long enough ago."""
        return self._first_s is not None and now_s - self._first_s >= SETTLE_S


class FirstReading:
    """Once an exam has ended; a reading that was published before the viewer came is not meant."""

    def __init__(self) -> None:
        self._status_ns: int | None = None
        self._reached = False

    def take(self, message: Message, now_s: float) -> None:
        """Compare a reading with the first status, on the daemon's own clock."""
        del now_s
        if isinstance(message, Status) and self._status_ns is None:
            self._status_ns = message.publish_ns
        if isinstance(message, Reading):
            before = self._status_ns is not None and message.publish_ns < self._status_ns
            self._reached = self._reached or not before

    def reached(self, now_s: float) -> bool:
        """Whether a reading came."""
        del now_s
        return self._reached
