"""CURVE keys as a user has them: Z85 text or a file that holds it."""

import re
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Literal

import zmq

from edge.sockets.keys import is_public_key

Key = str | PathLike[str]
Half = Literal["public", "secret"]


class KeysError(ValueError):
    """A key that cannot be used; names the file or the argument, never the key."""


@dataclass(frozen=True)
class Keys:
    """Keys of a connection, each 40 characters of Z85 (ZeroMQ RFC 32) or the path of a file.

    A file holds either that text alone or a certificate as pyzmq and czmq write it.

    Attributes:
        server: public key of the side that binds.
        public, secret: one's own pair; both left out: a pair is drawn, which suits a daemon that
            asks nobody who he is.
    """

    server: Key
    public: Key = ""
    secret: Key = ""

    def apply(self, socket: "zmq.Socket[bytes]") -> None:
        """Make `socket` a CURVE client; KeysError where a key cannot be used."""
        server = read_key(self.server, "public", "server")
        socket.curve_publickey, socket.curve_secretkey = (half.encode() for half in self.pair())
        socket.curve_serverkey = server.encode()

    def pair(self) -> tuple[str, str]:
        """One's own pair, public and secret, in Z85; KeysError where it cannot be used."""
        if bool(self.public) != bool(self.secret):
            raise KeysError("keys: public and secret are one pair; give both or neither")
        if not self.public:
            public, secret = zmq.curve_keypair()
            return public.decode(), secret.decode()
        return (
            read_key(self.public, "public", "public"),
            read_key(self.secret, "secret", "secret"),
        )


def read_key(key: Key, half: Half, name: str) -> str:
    """Z85 text of a key given as text or file; `name`: of the argument, for the error."""
    if isinstance(key, str) and is_public_key(key):
        return key
    path = Path(key)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        # What was given may be a mistyped secret: it is not repeated.
        raise KeysError(
            f"keys: {name}: neither 40 characters of Z85 nor a file that can be read"
        ) from error
    found = re.search(rf'\b{half}-key\s*=\s*"(\S{{40}})"', text)
    candidate = found[1] if found else text.strip()
    if not is_public_key(candidate):
        raise KeysError(f"keys: {name}: {path}: holds no {half} key (40 characters of Z85)")
    return candidate
