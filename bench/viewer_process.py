"""The viewer's end: stamps each message as it arrives; what it says is read afterwards."""

import time
from multiprocessing.connection import Connection
from typing import NamedTuple

import zmq

from edge.contract import topics
from edge.sockets.settings import VIEWER, configure


class Arrival(NamedTuple):
    """A message as it arrived, on the host's monotonic clock and on its wall clock (Unix ns)."""

    topic: str
    data: bytes
    monotonic_ns: int
    wall_ns: int


class Speaking(NamedTuple):
    """The daemon was heard for the first time (monotonic ns)."""

    monotonic_ns: int


def watch(parent: Connection, endpoint: str) -> None:
    """Connect, and collect until an exam's reading comes or the parent says so.

    Sends `Speaking` at the first message, and the list of `Arrival`s at the end.
    """
    socket: zmq.Socket[bytes] = zmq.Context.instance().socket(zmq.SUB)
    configure(socket, VIEWER, endpoint)
    socket.subscribe("")
    socket.connect(endpoint)
    poller = zmq.Poller()
    poller.register(socket, zmq.POLLIN)
    poller.register(parent.fileno(), zmq.POLLIN)
    arrivals: list[Arrival] = []
    while not (arrivals and arrivals[-1].topic.startswith(topics.READING.name)):
        if parent.fileno() in dict(poller.poll()):
            break
        topic, data = socket.recv_multipart()
        arrivals.append(Arrival(topic.decode(), data, time.monotonic_ns(), time.time_ns()))
        if len(arrivals) == 1:
            parent.send(Speaking(arrivals[0].monotonic_ns))
    socket.close()
    parent.send(arrivals)
