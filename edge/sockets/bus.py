"""The bus to viewers: an XPUB socket that hands a late viewer the latest of what it asks for."""

import secrets
import time
from types import TracebackType
from typing import Self, TypeVar

import msgspec
import zmq

from edge.contract.codec import encode
from edge.contract.messages import Estimate, Reading, Status
from edge.sockets.authenticator import Authenticator
from edge.sockets.port import Port
from edge.sockets.requests import FloodError, Requests
from edge.sockets.settings import BUS

Message = TypeVar("Message", Estimate, Reading, Status)

_MORE = int(zmq.SNDMORE)
"""As a plain number: an `enum` takes longer to combine than a part takes to send."""


class Bus:
    """Publishes messages, numbered by topic; one thread uses it.

    Attributes:
        endpoint: the address bound to, with the port that a `*` was given.
        epoch: drawn at random, sent as `pub_epoch`.
        door: says who may connect.
    """

    def __init__(self, bind: str, door: Authenticator | None = None) -> None:
        """Bind to `bind`; AddressError where the address is taken or malformed.

        `door`: says who may connect; None on the loopback interface only.
        """
        self.epoch = secrets.randbits(63)
        self._numbers: dict[str, int] = {}
        self._latest: dict[str, bytes] = {}
        self.door = door
        self.port = Port(BUS, bind, door)
        self._requests = Requests(self.port.socket)
        self.endpoint = self.port.endpoint

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def publish(self, topic: str, message: Message, received_ns: int | None = None) -> Message:
        """Number, stamp and send a message on its topic; returns it as sent.

        `received_ns`: of an estimate's frame (monotonic clock), for its `age_ms`.
        """
        number = self._numbers.get(topic, 0)
        self._numbers[topic] = number + 1
        stamps: dict[str, float] = {
            "pub_epoch": self.epoch,
            "pub_seq": number,
            "publish_ns": time.time_ns(),
        }
        if received_ns is not None:
            stamps["age_ms"] = (time.monotonic_ns() - received_ns) / 1e6
        stamped = msgspec.structs.replace(message, **stamps)
        data = encode(stamped)
        self._latest[topic] = data
        self._send(topic, data)
        return stamped

    def serve(self) -> None:
        """Send the latest message of every topic that has been subscribed to since the last call.

        Viewers that have been revoked are cut off first, and whoever asks for more than viewers do.

        An XPUB cannot address one viewer, so others of that topic get the message again; its
        `pub_seq` tells them.
        """
        self.port.look()
        if self._requests.socket is not self.port.socket:
            self._requests = Requests(self.port.socket)
        try:
            asked = self._requests.take()
        except FloodError as flood:
            self.port.expel(flood.name)
            return
        for topic, data in self._latest.items():
            if any(topic.encode().startswith(prefix) for prefix in asked):
                self._send(topic, data)

    def forget(self, scanner: str) -> None:
        """Hand out nothing more of a scanner that is gone; its topics' numbers go on."""
        for topic in [topic for topic in self._latest if topic.split("/")[1] == scanner]:
            del self._latest[topic]

    def _send(self, topic: str, data: bytes) -> None:
        """Both parts of a message; two calls take a quarter less time than `send_multipart`."""
        socket = self.port.socket
        socket.send(topic.encode(), _MORE)
        socket.send(data)

    def close(self, linger_ms: int = 500) -> None:
        """Close after at most `linger_ms` for what is still in the send queues."""
        self.port.close(linger_ms)
