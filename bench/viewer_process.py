"""The viewer's end: stamps each message as it arrives; what it says is read afterwards."""

import time
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Semaphore
from typing import NamedTuple

import zmq

from edge.contract import topics
from edge.sockets.keys import KeyPair, secure_client
from edge.sockets.settings import VIEWER, configure

_FAT = f"{topics.FAT.name}/".encode()


class Arrival(NamedTuple):
    """A message as it arrived, on the host's monotonic clock and on its wall clock (Unix ns)."""

    topic: str
    data: bytes
    monotonic_ns: int
    wall_ns: int


class Listen(NamedTuple):
    """An order: connect here from now on.

    `keys`: one's own pair and the other end's public key; None: it asks for none.
    """

    endpoint: str
    keys: tuple[KeyPair, str] | None = None


class Speaking(NamedTuple):
    """The endpoint listened to last was heard for the first time (monotonic ns)."""

    monotonic_ns: int


class Take(NamedTuple):
    """An order: hand over what endpoint `ear` has said since the last time.

    Once `answers` answers have come since, or at `deadline_ns` (monotonic).
    """

    ear: int
    answers: int
    deadline_ns: int


def watch(parent: Connection, answered: Semaphore) -> None:
    """Listen and obey until the parent sends None.

    Sends `Speaking` for each `Listen`, a list of `Arrival`s for each `Take`. `answered` is released
    at each answer.
    """
    _Viewer(parent, answered).obey()


class _Viewer:
    """All endpoints of one process, in the order in which they were listened to."""

    def __init__(self, parent: Connection, answered: Semaphore) -> None:
        self._parent = parent
        self._answered = answered
        self._ears: list[zmq.Socket[bytes]] = []
        self._arrivals: list[list[Arrival]] = []
        self._answers: list[int] = []
        self._spoken = 0
        """Endpoints that have been heard."""
        self._poller = zmq.Poller()
        self._poller.register(parent.fileno(), zmq.POLLIN)

    def obey(self) -> None:
        """Stamp what comes, and do as the parent says until it sends None."""
        while True:
            self._hear(None)
            if not self._parent.poll(0):
                continue
            order = self._parent.recv()
            if order is None:
                break
            if isinstance(order, Listen):
                self._listen(order)
            else:
                self._hand_over(order)
        for ear in self._ears:
            ear.close()

    def _listen(self, order: Listen) -> None:
        ear: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.SUB)
        configure(ear, VIEWER, order.endpoint)
        if order.keys:
            secure_client(ear, *order.keys)
        ear.subscribe("")
        ear.connect(order.endpoint)
        self._poller.register(ear, zmq.POLLIN)
        self._ears.append(ear)
        self._arrivals.append([])
        self._answers.append(0)

    def _hand_over(self, take: Take) -> None:
        while self._answers[take.ear] < take.answers and time.monotonic_ns() < take.deadline_ns:
            left_ms = (take.deadline_ns - time.monotonic_ns()) // 1_000_000
            self._hear(max(1, min(100, left_ms)))
        self._parent.send(self._arrivals[take.ear])
        self._arrivals[take.ear] = []
        self._answers[take.ear] = 0

    def _hear(self, timeout_ms: int | None) -> None:
        """Take one message of each endpoint that has one."""
        ready = dict(self._poller.poll(timeout_ms))
        for number, ear in enumerate(self._ears):
            if ear not in ready:
                continue
            topic, data = ear.recv_multipart()
            now_ns, wall_ns = time.monotonic_ns(), time.time_ns()
            if topic.startswith(_FAT):
                self._answers[number] += 1
                self._answered.release()
            if not self._arrivals[number] and number + 1 == len(self._ears):
                self._say_speaking(now_ns)
            self._arrivals[number].append(Arrival(topic.decode(), data, now_ns, wall_ns))

    def _say_speaking(self, now_ns: int) -> None:
        if self._spoken < len(self._ears):
            self._spoken = len(self._ears)
            self._parent.send(Speaking(now_ns))
