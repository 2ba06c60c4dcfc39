"""A publisher of estimates that asks its viewers for a key, as a daemon beyond one host does."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import zmq
from zmq.auth.thread import ThreadAuthenticator

from edge.contract.codec import encode
from tests.daemon_messages import estimate

Pair = tuple[bytes, bytes]
"""Public and secret CURVE key, Z85."""

PERIOD_MS = 20

EXACT_NS = 2**62 + 1
"""Capture time of every frame; no double holds it."""


class _Enrolled:
    """What pyzmq's authenticator asks for each key."""

    def __init__(self, keys: set[bytes]) -> None:
        self._keys = keys

    def callback(self, _domain: str, key: bytes) -> bool:
        return key in self._keys


@contextmanager
def keyed_bus(server: Pair, enrolled: set[bytes]) -> Iterator[str]:
    """Publish an estimate every 20 ms to the viewers whose public keys are enrolled.

    Gives the address. `enrolled` may change meanwhile.
    """
    context = zmq.Context()
    authenticator = ThreadAuthenticator(context)
    authenticator.start()
    authenticator.configure_curve_callback("*", _Enrolled(enrolled))
    socket = context.socket(zmq.XPUB)
    socket.linger = 0
    socket.curve_publickey, socket.curve_secretkey = server
    socket.curve_server = True
    port = socket.bind_to_random_port("tcp://127.0.0.1")
    ending = threading.Event()

    def serve() -> None:
        number = 0
        while not ending.wait(PERIOD_MS / 1000):
            topic, message = estimate(number, capture_ns=EXACT_NS)
            socket.send_multipart((topic.encode(), encode(message)))
            number += 1

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield f"tcp://127.0.0.1:{port}"
    finally:
        ending.set()
        thread.join()
        socket.close()
        authenticator.stop()
        context.term()
