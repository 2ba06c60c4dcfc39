"""A socket's monitor: what libzmq tells of a socket's connections, which no receive shows."""

from collections import Counter
from contextlib import suppress
from itertools import count
from struct import Struct
from typing import NamedTuple

import zmq

from edge.sockets.settings import readable

REFUSALS = (
    zmq.EVENT_HANDSHAKE_FAILED_AUTH
    | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL
    | zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL
)
"""A peer that is not what it should be: enrolled, with these keys, speaking ZeroMQ."""

MAX_EVENTS = 16_384
"""Looked at in one turn, 30 ms at most. Who connects and says nonsense can make 40,000 a second,
and what is not read stays in memory."""

_EVENT = Struct("=Hi")
"""First part of a message, as zmq_socket_monitor(3) has it; the second is the endpoint."""
_EVENTS = {event.value: event for event in zmq.Event}
_UNKNOWN = zmq.Event(0)

_numbers = count()


class Happening(NamedTuple):
    """`event`: one of zmq.Event; `value`: its detail, as zmq_socket_monitor(3) says."""

    event: zmq.Event
    value: int


class Monitor:
    """Counts what happens to one socket's connections; the thread of that socket uses it.

    Attributes:
        socket: readable when something has happened.
    """

    def __init__(self, watched: "zmq.Socket[bytes]", events: int) -> None:
        """Begin; ZMQError where there is no descriptor left."""
        self._watched = watched
        # Not named after the descriptor, as pyzmq does: that may be in use again before it is free.
        address = f"inproc://monitor-{next(_numbers)}"
        watched.monitor(address, events)
        self.socket: zmq.Socket[bytes] = watched.context.socket(zmq.PAIR)
        self.socket.linger = 0
        # Without a bound: a full queue would halt the thread that serves every connection.
        self.socket.rcvhwm = 0
        self.socket.connect(address)

    def read(self, counts: Counter[str]) -> list[Happening]:
        """What has happened since the last call, added to `counts` by name."""
        happenings: list[Happening] = []
        if not readable(self.socket):
            return happenings
        receive = self.socket.recv
        with suppress(zmq.Again):  # one exception at the end costs less than to ask before each
            while len(happenings) < MAX_EVENTS:
                event, value = _EVENT.unpack(receive(zmq.NOBLOCK))
                receive(zmq.NOBLOCK)
                happenings.append(Happening(_EVENTS.get(event, _UNKNOWN), value))
        counts.update(happening.event.name or "?" for happening in happenings)
        return happenings

    def wait_for(self, event: int, counts: Counter[str], timeout_ms: int) -> bool:
        """Whether something of this kind has happened within the time."""
        while self.socket.poll(timeout_ms):
            if any(happening.event == event for happening in self.read(counts)):
                return True
        return False

    def close(self) -> None:
        """End it; to be called before the watched socket is closed."""
        self._watched.disable_monitor()
        self.socket.close()
