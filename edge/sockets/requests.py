"""What viewers subscribe to, and whether it is more than viewers would.

libzmq keeps every subscription as a tree of its bytes, some fifty bytes of memory for each, without
bound: twelve megabytes of made-up topics cost half a gigabyte.
"""

from collections import Counter
from contextlib import suppress

import zmq

from edge.sockets.settings import readable

MOST_AT_ONCE = 4096
"""Subscriptions in one look, some 20 ms: a hundred viewers that come back together make as many."""

MOST_BYTES = 64 * 1024
"""Of different topics asked for since the socket was opened: those of a hundred scanners ten times
over, and 3 MB of libzmq's memory."""

_SUBSCRIBE = b"\x01"


class FloodError(Exception):
    """More was asked for than viewers ask for.

    Attributes:
        name: of the enrolled viewer who asked for most of it; "" without keys.
    """

    def __init__(self, shares: Counter[str]) -> None:
        """`shares`: how much each asked for."""
        super().__init__("more topics were asked for than there are")
        self.name = max(shares, key=shares.__getitem__)


class Requests:
    """The subscriptions of one XPUB socket; its thread uses it."""

    def __init__(self, socket: "zmq.Socket[bytes]") -> None:
        self.socket = socket
        self._topics: set[bytes] = set()
        self._bytes: Counter[str] = Counter()
        """Of different topics, by who asked for them first."""

    def take(self) -> set[bytes]:
        """Prefixes of topics subscribed to since the last call.

        Raises:
            FloodError: they are too many; what was asked for meanwhile is not told.
        """
        asked: set[bytes] = set()
        if not readable(self.socket):
            return asked
        times: Counter[str] = Counter()
        with suppress(zmq.Again):
            for _ in range(MOST_AT_ONCE):
                request = self.socket.recv(zmq.NOBLOCK, copy=False)
                sender, data = _sender(request), request.bytes
                times[sender] += 1
                if data[:1] == _SUBSCRIBE:
                    asked.add(data[1:])
                    self._note(sender, data)
            raise FloodError(times)
        return asked

    def _note(self, sender: str, data: bytes) -> None:
        if data not in self._topics:
            self._topics.add(data)
            self._bytes[sender] += len(data)
            if self._bytes.total() > MOST_BYTES:
                raise FloodError(self._bytes)


def _sender(request: zmq.Frame) -> str:
    """Name that the sender's key is enrolled under."""
    try:
        return str(request.get("User-Id"))
    except zmq.ZMQError:
        return ""
