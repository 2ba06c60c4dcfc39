"""Peers in a scanner's place that are none: what they answer, and one that only sits there."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress

import zmq

from tests.system.bare_scanner import BareScanner

HTTP = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
GARBAGE = b"\x00\xff garbage \xfe" * 100
OVERSIZED_BYTES = 9 * 2**20

Impostor = Callable[[str], AbstractContextManager[threading.Event]]


@contextmanager
def answering(address: str, answer: bytes) -> Iterator[threading.Event]:
    """A TCP server that answers every connection with fixed bytes; tells when it first has."""
    host, _, port = address.removeprefix("tcp://").rpartition(":")
    answered = threading.Event()
    taken: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                peer, _ = server.accept()
            except OSError:  # closed
                return
            taken.append(peer)
            with suppress(OSError):  # the other end has closed already
                peer.sendall(answer)
                if answer:
                    peer.shutdown(socket.SHUT_WR)
            answered.set()

    with socket.create_server((host, int(port))) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield answered
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
            for peer in taken:
                peer.close()


@contextmanager
def publishing(
    address: str, pair: tuple[bytes, bytes] | None, size: int = 0
) -> Iterator[threading.Event]:
    """A ZeroMQ publisher without the right key, which sends `size` bytes at a time."""
    with_key = BareScanner(address, curve_pair=pair, send_hwm=2)
    ended, spoke = threading.Event(), threading.Event()

    def serve() -> None:
        while not ended.wait(0.05):
            with_key.send(b"frame", b"\x80", bytes(size))
            spoke.set()
        with_key.close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield spoke
    finally:
        ended.set()
        thread.join()


def impostors(true_pair: tuple[bytes, bytes]) -> dict[str, Impostor]:
    """Six ways to spoil a link; the last is the true scanner's, with one message too large."""
    return {
        "NULL": lambda address: publishing(address, None),
        "another key": lambda address: publishing(address, zmq.curve_keypair()),
        "garbage": lambda address: answering(address, GARBAGE),
        "silence": lambda address: answering(address, b""),
        "an HTTP reply": lambda address: answering(address, HTTP),
        "an oversized message": lambda address: publishing(address, true_pair, OVERSIZED_BYTES),
    }


KINDS = tuple(impostors((b"", b"")))
