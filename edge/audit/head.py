"""Where the trail ends and begins, in a file of its own, so that a trail cut short is found."""

from pathlib import Path

import msgspec

from edge.audit.chain import NO_MAC, follows, seal, take_apart
from edge.durable import write_whole

HEAD = "head.json"
_SALT = "head"
"""Stands where a record has the seal before it, so that neither can pass for the other."""


class Head(msgspec.Struct, frozen=True):
    """`count`, `mac`: the last record. `first`, `anchor`: the oldest one kept, and what it follows.

    `file`, `size`: name and bytes of the file that is written.
    """

    count: int = 0
    mac: str = NO_MAC
    first: int = 1
    anchor: str = NO_MAC
    file: str = ""
    size: int = 0


def read_head(folder: Path, key: bytes) -> Head | None:
    """The head; None where it is missing or not as it was written. OSError: cannot be read."""
    try:
        line = (folder / HEAD).read_bytes().rstrip(b"\n")
    except FileNotFoundError:
        return None
    sealed = take_apart(line)
    if sealed is None or not follows(key, _SALT, sealed):
        return None
    try:
        return msgspec.json.decode(sealed.body, type=Head)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def write_head(folder: Path, key: bytes, head: Head) -> None:
    """Write it, whole or not at all; OSError where it cannot be written."""
    body = msgspec.json.encode(head)
    mac = seal(key, _SALT, body)
    write_whole(folder / HEAD, body[:-1] + f',"mac":"{mac}"}}\n'.encode())
