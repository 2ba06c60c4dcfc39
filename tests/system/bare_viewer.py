"""A viewer written from docs/protocol.md alone: pyzmq, msgpack, nothing of the project."""

import time
from collections.abc import Callable
from typing import Any, NamedTuple

import msgpack
import zmq

LONGEST_S = 20.0
"""Longest wait for something that must come; generous, because the machine may be busy."""

PARTS_OF_SENT = ("read", "gated", "overwritten", "invalid", "missing")


class Message(NamedTuple):
    """One message as received; `raw` is its second part, `fields` the same decoded."""

    topic: str
    fields: dict[str, Any]
    raw: bytes

    @property
    def kind(self) -> str:
        return self.topic.partition("/")[0]


Wanted = Callable[[Message], bool]


class BareViewer:
    """A SUB socket that keeps every message and checks that each one's ledger adds up."""

    def __init__(
        self,
        address: str,
        *prefixes: str,
        curve_pair: tuple[bytes, bytes] | None = None,
        server_key: bytes = b"",
    ) -> None:
        """`prefixes` of the topics to subscribe to; none for everything.

        `curve_pair`: public and secret key; `server_key`: the daemon's.
        """
        self.messages: list[Message] = []
        self._socket = zmq.Context.instance().socket(zmq.SUB)
        self._socket.setsockopt(zmq.RCVHWM, 0)
        self._socket.setsockopt(zmq.LINGER, 0)
        if curve_pair:
            self._socket.curve_publickey, self._socket.curve_secretkey = curve_pair
            self._socket.curve_serverkey = server_key
        for prefix in prefixes or ("",):
            self._socket.subscribe(prefix)
        self._socket.connect(address)

    def receive(self, timeout_s: float) -> Message | None:
        """The next message, or None where none comes in time."""
        if not self._socket.poll(max(0, round(timeout_s * 1000))):
            return None
        topic, raw = self._socket.recv_multipart()
        message = Message(topic.decode(), msgpack.unpackb(raw), raw)
        assert_adds_up(message.fields["ledger"])
        self.messages.append(message)
        return message

    def find(self, wanted: Wanted, timeout_s: float) -> Message | None:
        """Receive until a message is wanted; None where none comes in time."""
        deadline_s = time.monotonic() + timeout_s
        while (left_s := deadline_s - time.monotonic()) > 0:
            message = self.receive(left_s)
            if message is not None and wanted(message):
                return message
        return None

    def until(self, wanted: Wanted, timeout_s: float = LONGEST_S) -> Message:
        """Receive until a message is wanted; AssertionError where none comes in time."""
        message = self.find(wanted, timeout_s)
        assert message is not None, f"not seen in {timeout_s} s; last: {self.messages[-1:]}"
        return message

    def estimate(self, seq: int, view: str = "AR", exam: str | None = None) -> Message:
        """Receive until the estimate of this frame comes."""
        return self.until(
            lambda message: (
                message.kind == "fat"
                and message.fields["seq"] == seq
                and message.topic.endswith(f"/{view}")
                and exam in (None, message.fields["exam"])
            )
        )

    def estimates(self, exam: str, view: str | None = None) -> list[dict[str, Any]]:
        """Fields of the estimates of an exam received so far, without repeats of the latest."""
        by_number = {
            (message.topic, message.fields["pub_seq"]): message.fields
            for message in self.messages
            if message.kind == "fat" and message.fields["exam"] == exam
        }
        return [fields for fields in by_number.values() if view in (None, fields["view"])]

    def close(self) -> None:
        """Close at once."""
        self._socket.close(linger=0)


def topics_of(scanner: str) -> tuple[str, str, str]:
    """Prefixes of all topics of one scanner."""
    return f"fat/{scanner}/", f"reading/{scanner}", f"status/{scanner}"


def assert_adds_up(ledger: dict[str, int]) -> None:
    """The identity of the protocol, exactly."""
    assert ledger["sent"] == sum(ledger[part] for part in PARTS_OF_SENT), ledger
