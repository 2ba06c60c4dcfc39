"""ZeroMQ Authentication Protocol 1.0 (RFC 27): libzmq asks, one answers; no sockets here."""

from dataclasses import dataclass

from zmq.utils import z85

ENDPOINT = "inproc://zeromq.zap.01"
"""Where libzmq asks, in each context."""

KEY_BYTES = 32

Message = list[bytes]


@dataclass(frozen=True)
class Request:
    """A connecting peer that has proved to hold the secret to `key` (public, Z85)."""

    number: bytes
    domain: str
    key: str
    address: str = ""
    """Where it connects from, as libzmq tells it."""


def parse(parts: Message) -> Request | None:
    """The request, or None where it is not one of ZAP 1.0 for CURVE."""
    if len(parts) != 7 or parts[0] != b"1.0" or parts[5] != b"CURVE" or len(parts[6]) != KEY_BYTES:
        return None
    domain, address = (part.decode(errors="replace") for part in parts[2:4])
    return Request(parts[1], domain, z85.encode(parts[6]).decode(), address)


def admit(request: Request, name: str) -> Message:
    """Reply: it is let in under this name."""
    return [b"1.0", request.number, b"200", b"OK", name.encode(), b""]


def turn_away(request: Request) -> Message:
    """Reply: not enrolled at present.

    300, a passing refusal, and not 400: after 400 libzmq's client never tries again, so a peer
    enrolled later would have to be restarted. After 300 its handshake runs out of time
    (HANDSHAKE_IVL) and it comes back.
    """
    return [b"1.0", request.number, b"300", b"not enrolled", b"", b""]


def fail(parts: Message) -> Message:
    """Reply: this was no request that one could decide on."""
    return [b"1.0", parts[1] if len(parts) > 1 else b"", b"500", b"no such request", b"", b""]
