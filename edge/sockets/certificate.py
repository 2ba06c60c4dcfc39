"""One key file: a ZeroMQ certificate (ZPL, RFC 4), as CZMQ and pyzmq write and read them."""

import errno
import os
import stat
from pathlib import Path

from zmq.auth import load_certificate

from edge.sockets.keys import is_public_key

OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH
OTHERS_ANY = stat.S_IRWXG | stat.S_IRWXO

_EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.ENOMEM)


class KeyringError(ValueError):
    """Keys that cannot be used or changed; names the file, what is wrong and the remedy."""


class KeyringBusyError(KeyringError):
    """The keys cannot be read just now: the process has no descriptor or memory left."""


def read_public(path: Path) -> str:
    """The public key in a certificate file; KeyringError where there is none."""
    return read_pair(path)[0]


def read_pair(path: Path) -> tuple[str, str]:
    """Public and secret key of a certificate; the secret one is "" where there is none."""
    try:
        public, secret = load_certificate(path)
        texts = public.decode(), (secret or b"").decode()
    except OSError as error:
        raise unreadable(path, error) from error
    except ValueError as error:
        raise KeyringError(f"{path}: holds no public key") from error
    if not is_public_key(texts[0]):
        raise KeyringError(f"{path}: public-key: must be 40 characters of Z85")
    return texts


def check_mode(path: Path, forbidden: int, wanted: int) -> None:
    """Refuse a file that others than its owner may read or change; Windows has no such modes.

    Raises:
        KeyringError: its mode allows any of `forbidden`, or it is not there.
    """
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise unreadable(path, error) from error
    if os.name == "posix" and mode & forbidden:
        raise KeyringError(
            f"{path}: mode {stat.S_IMODE(mode):04o} lets others in; chmod {wanted:04o} {path}"
        )


def certificate_text(public: str, secret: str = "") -> bytes:
    """What a certificate's file holds."""
    kind = "both keys of its owner: keep it to yourself" if secret else "a public key"
    lines = [f"#   ZeroMQ CURVE certificate, {kind}", "metadata", "curve"]
    lines += [f'    public-key = "{public}"']
    lines += [f'    secret-key = "{secret}"'] if secret else []
    return ("\n".join(lines) + "\n").encode()


def unreadable(path: Path, error: OSError) -> KeyringError:
    """The error of a failed read; raises where it says nothing about the keys.

    Raises:
        KeyringBusyError: the process is out of descriptors or memory.
    """
    if error.errno in _EXHAUSTED:
        raise KeyringBusyError(f"{path}: cannot be read just now: {error.strerror}") from error
    return KeyringError(f"{path}: cannot be read: {error.strerror or 'no such file'}")
