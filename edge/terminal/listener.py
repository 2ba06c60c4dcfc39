"""What a daemon says, over a connection that is made anew where it stays silent."""

from contextlib import ExitStack
from types import TracebackType
from typing import Self

from edge.contract import topics
from edge.sockets.keys import ClientKeys
from edge.sockets.subscriber import EstimateSubscriber
from edge.terminal.board import Message

REBUILD_S = 4.0
"""A daemon speaks every second. libzmq reconnects by itself, but not after an impostor has answered
on the daemon's port (its issue 4196); a new socket does."""


class Listener:
    """Messages of one daemon, of all its scanners or of one; one thread uses it."""

    def __init__(
        self, address: str, scanner: str | None, now_s: float, keys: ClientKeys | None = None
    ) -> None:
        """Connect; AddressError where the address is malformed.

        `now_s`: monotonic clock. `keys`: one's own and the daemon's; None on loopback only.
        """
        self._address = address
        self._keys = keys
        self._scanner = scanner
        self._heard_s = now_s
        self._stack = ExitStack()
        self._subscriber = self._connect()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def receive(self, timeout_ms: int, now_s: float) -> tuple[str, Message] | None:
        """Next (topic, message), or None where none came in `timeout_ms`.

        Raises:
            RefusedError: the message breaks the protocol.
        """
        if now_s - self._heard_s > REBUILD_S:
            self._stack.close()
            self._subscriber = self._connect()
            self._heard_s = now_s
        received = self._subscriber.receive(timeout_ms)
        if received is None:
            return None
        self._heard_s = now_s
        if self._scanner is not None and received[1].scanner != self._scanner:
            return None
        return received

    def _connect(self) -> EstimateSubscriber:
        name = self._scanner
        # The status first: the daemon sends what it has in this order, and by it we know the time.
        prefixes = ("",) if name is None else _topics(name)
        return self._stack.enter_context(EstimateSubscriber(self._address, prefixes, self._keys))


def _topics(scanner: str) -> tuple[str, ...]:
    return topics.status(scanner), topics.reading(scanner), topics.fat(scanner, "?").rstrip("?")
