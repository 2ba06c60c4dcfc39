"""Socket settings, one table for each role, frozen in a test."""

from collections.abc import Mapping

import zmq

from edge.sockets.addresses import AddressError

Settings = Mapping[int, int]

MAX_MESSAGE_BYTES = 8 * 2**20

_IN = int(zmq.POLLIN)

# Heartbeats notice a pulled cable within a second; without them it takes TCP two hours.
_HEARTBEAT_TO_SCANNER: Settings = {
    zmq.HEARTBEAT_IVL: 250,
    zmq.HEARTBEAT_TIMEOUT: 750,
    zmq.HEARTBEAT_TTL: 1000,
}

# Peers that connect and say nothing are dropped after a second instead of thirty.
_ALL: Settings = {zmq.LINGER: 0, zmq.HANDSHAKE_IVL: 1000}

LINK: Settings = {
    **_ALL,
    **_HEARTBEAT_TO_SCANNER,
    zmq.RCVHWM: 4,
    zmq.RCVBUF: 4 * 2**20,
    zmq.MAXMSGSIZE: MAX_MESSAGE_BYTES,
    zmq.CONNECT_TIMEOUT: 1000,
    zmq.RECONNECT_IVL: 50,
    zmq.RECONNECT_IVL_MAX: 500,
}
"""Daemon's SUB to one scanner. Never CONFLATE: a multipart peer makes libzmq abort."""

BUS: Settings = {
    **_ALL,
    zmq.SNDHWM: 256,
    # What comes in: handshakes of 300 bytes, subscriptions of less. libzmq keeps them in a tree of
    # their bytes; it is the loop that puts them there, all that wait in one go.
    zmq.RCVHWM: 2,
    zmq.MAXMSGSIZE: 512,
    zmq.HEARTBEAT_IVL: 500,
    zmq.HEARTBEAT_TIMEOUT: 1000,
    # Every subscription is told, also of a topic that others have: a late viewer gets the latest.
    zmq.XPUB_VERBOSE: 1,
}
"""Daemon's XPUB to viewers; only subscriptions come in."""

SCANNER: Settings = {
    **_ALL,
    zmq.SNDHWM: 8,
    zmq.SNDBUF: 4 * 2**20,
    zmq.RCVHWM: 2,
    zmq.MAXMSGSIZE: 512,
    zmq.HEARTBEAT_IVL: 500,
    zmq.HEARTBEAT_TIMEOUT: 1000,
    zmq.XPUB_VERBOSE: 1,
    # A full queue is told, so that the publisher itself can choose what to leave out.
    zmq.XPUB_NODROP: 1,
    zmq.SNDTIMEO: 1000,
}
"""A scanner's side: XPUB, which speaks as PUB and tells when a receiver has come."""

VIEWER: Settings = {
    **_ALL,
    zmq.RCVHWM: 1000,
    zmq.MAXMSGSIZE: 65536,
    zmq.HEARTBEAT_IVL: 500,
    zmq.HEARTBEAT_TIMEOUT: 1000,
    zmq.RECONNECT_IVL: 50,
    zmq.RECONNECT_IVL_MAX: 500,
}
"""A viewer's SUB."""


def bind(socket: "zmq.Socket[bytes]", address: str) -> str:
    """Bind and return the address bound to, with the port that a `*` was given.

    Raises:
        AddressError: the address is taken, malformed or not this host's.
    """
    try:
        socket.bind(address)
    except zmq.ZMQError as error:
        raise AddressError(f"{address}: cannot bind: {error}") from error
    endpoint: str = socket.getsockopt_string(zmq.LAST_ENDPOINT)
    return endpoint.rstrip("\0")


def readable(socket: "zmq.Socket[bytes]") -> bool:
    """Whether a message waits: for less than an exception for none, or its option EVENTS, takes."""
    return bool(zmq.zmq_poll([(socket, _IN)], 0))


def configure(socket: "zmq.Socket[bytes]", settings: Settings, address: str) -> None:
    """Set every option of a role; to be called before `address` is bound or connected to."""
    for option, value in settings.items():
        socket.setsockopt(option, value)
    socket.setsockopt(zmq.IPV6, int("[" in address))
