"""A socket's monitor: what libzmq tells of a socket's connections, which no receive shows."""

from collections import Counter
from itertools import count
from typing import NamedTuple

import zmq
from zmq.utils.monitor import parse_monitor_message

from edge.sockets.settings import readable

REFUSALS = (
    zmq.EVENT_HANDSHAKE_FAILED_AUTH
    | zmq.EVENT_HANDSHAKE_FAILED_PROTOCOL
    | zmq.EVENT_HANDSHAKE_FAILED_NO_DETAIL
)
"""A peer that is not what it should be: enrolled, with these keys, speaking ZeroMQ."""

MAX_EVENTS = 256
"""Looked at in one turn."""

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
        while len(happenings) < MAX_EVENTS and readable(self.socket):
            message = parse_monitor_message(self.socket.recv_multipart(zmq.NOBLOCK))
            happening = Happening(zmq.Event(message["event"]), message["value"])
            counts[happening.event.name or "?"] += 1
            happenings.append(happening)
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
