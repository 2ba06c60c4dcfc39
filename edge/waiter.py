"""How the loop waits: for messages, for a commit, for a frame that is being read elsewhere."""

import threading
from collections.abc import Callable

from edge.bell import Bell

Busy = Callable[[], bool]


class Waiter:
    """One thread waits; any other wakes it.

    Attributes:
        ready: notified by whoever brings something that `wait` does not receive by itself.
    """

    def __init__(
        self, ready: threading.Condition, bell: Bell, receive: Callable[[int, Busy], None]
    ) -> None:
        """`receive`: waits so many ms for messages, or for the bell, unless there is work."""
        self.ready = ready
        self._bell, self._receive = bell, receive

    def wait(self, longest_ms: int, busy: Busy, *, for_commit: bool) -> None:
        """Until there is work, or so long. `for_commit`: one is due, which no socket tells of."""
        if not for_commit:
            self._receive(longest_ms, busy)
            return
        with self.ready:
            if not busy():
                self.ready.wait(longest_ms / 1e3)

    def wake(self) -> None:
        """Have the waiting thread look again."""
        with self.ready:
            self.ready.notify()
        self._bell.ring()
