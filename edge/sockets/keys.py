"""CURVE keys (ZeroMQ RFC 25 and 26), written in Z85 (RFC 32)."""

import hashlib
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

import zmq
from zmq.utils import z85

KEY_BYTES = 32


@dataclass(frozen=True)
class KeyPair:
    """A peer's own keys, each 40 characters of Z85; the secret one is never shown."""

    public: str
    secret: str = field(repr=False)

    @classmethod
    def draw(cls) -> Self:
        """A pair at random."""
        public, secret = zmq.curve_keypair()
        return cls(public.decode(), secret.decode())

    def matches(self) -> bool:
        """Whether the public key belongs to the secret one."""
        return zmq.curve_public(self.secret.encode()) == self.public.encode()


@dataclass(frozen=True)
class ClientKeys:
    """What a connecting peer needs.

    `server_key`: gives the public key that the other end must have, or "" while nobody is enrolled
    there, so that nothing is to be connected.
    """

    own: KeyPair
    server_key: Callable[[], str]


def pinned(server_key: str, own: KeyPair | None = None) -> ClientKeys | None:
    """Keys for a peer whose public key is known and stays; None where it has none.

    `own`: one's own pair; a new one is drawn where the peer asks nobody who he is.
    """
    return ClientKeys(own or KeyPair.draw(), lambda: server_key) if server_key else None


def is_public_key(text: str) -> bool:
    """Whether `text` is 40 characters of Z85 that stand for 32 bytes."""
    try:
        return len(text) == 40 and len(z85.decode(text)) == KEY_BYTES
    except (ValueError, KeyError, UnicodeError, struct.error):
        return False


def fingerprint(*keys: str) -> str:
    """8 hexadecimal digits that tell public keys apart, for logs."""
    return hashlib.sha256("".join(keys).encode()).hexdigest()[:8]


def secure_client(socket: "zmq.Socket[bytes]", own: KeyPair, server_key: str) -> None:
    """Make a socket that will connect prove who it is, and demand the server's key."""
    socket.curve_publickey, socket.curve_secretkey = own.public.encode(), own.secret.encode()
    socket.curve_serverkey = server_key.encode()


def secure_server(socket: "zmq.Socket[bytes]", own: KeyPair, domain: str) -> None:
    """Make a socket that will bind admit only whom the authenticator of its context lets in.

    Without ZAP_ENFORCE_DOMAIN libzmq would admit every key while no authenticator answers.
    """
    socket.curve_publickey, socket.curve_secretkey = own.public.encode(), own.secret.encode()
    socket.curve_server = True
    socket.zap_domain = domain.encode()
    socket.setsockopt(zmq.ZAP_ENFORCE_DOMAIN, 1)
