"""What viewers subscribe to, and whether it is more than viewers would.

libzmq keeps every subscription as a tree of its bytes, some fifty bytes of memory for each, without
bound: twelve megabytes of made-up topics cost half a gigabyte.
"""

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
        name: of the enrolled viewer whose request was one too many; "" without keys.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Requests:
    """The subscriptions of one XPUB socket; its thread uses it."""

    def __init__(self, socket: "zmq.Socket[bytes]") -> None:
        self.socket = socket
        self._topics: set[bytes] = set()
        self._bytes = 0

    def take(self) -> set[bytes]:
        """Prefixes of topics subscribed to since the last call.

        Raises:
            FloodError: by then nothing is told any more of what was asked for.
        """
        asked: set[bytes] = set()
        if not readable(self.socket):
            return asked
        with suppress(zmq.Again):
            for _ in range(MOST_AT_ONCE):
                request = self.socket.recv(zmq.NOBLOCK, copy=False)
                data = request.bytes
                if data[:1] == _SUBSCRIBE:
                    asked.add(data[1:])
                    self._note(data, request)
            raise FloodError(_sender(request))
        return asked

    def _note(self, data: bytes, request: zmq.Frame) -> None:
        if data not in self._topics:
            self._topics.add(data)
            self._bytes += len(data)
            if self._bytes > MOST_BYTES:
                raise FloodError(_sender(request))


def _sender(request: zmq.Frame) -> str:
    """Name that the sender's key is enrolled under."""
    try:
        return str(request.get("User-Id"))
    except zmq.ZMQError:
        return ""
