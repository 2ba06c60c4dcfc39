"""Seals: each row's is made of the row and the seal before it, under a key that stays here.

Keyed BLAKE2b (RFC 7693) is a MAC by itself. Whoever changes, takes out or adds a row without the
key breaks the chain there; so does a flipped bit.
"""

import hashlib
import hmac
import secrets
import struct
from pathlib import Path

from edge.durable import write_whole
from edge.journal.errors import JournalError

KEY_BYTES = 32
SEAL_BYTES = 16
START = bytes(SEAL_BYTES)
"""Stands before the first row."""

_PLACE = struct.Struct("<qqq")


class Chain:
    """Makes and checks seals with one key (KEY_BYTES)."""

    def __init__(self, key: bytes) -> None:
        self._rows = hashlib.blake2b(key=key, digest_size=SEAL_BYTES, person=b"row")
        self._marks = hashlib.blake2b(key=key, digest_size=SEAL_BYTES, person=b"mark")

    def row(self, before: bytes, place: tuple[int, int, int], data: bytes) -> bytes:
        """Seal of a row. `place`: its id, exam and number; `before`: the seal of the row before."""
        made = self._rows.copy()
        made.update(before + _PLACE.pack(*place) + data)
        return made.digest()

    def mark(self, name: str, data: bytes) -> bytes:
        """Seal of something that stands alone."""
        made = self._marks.copy()
        made.update(name.encode() + b"\0" + data)
        return made.digest()

    def holds(self, name: str, data: object, seal: object) -> bool:
        """Whether something that stands alone is as it was sealed; damaged, it may be anything."""
        if not isinstance(data, bytes) or not isinstance(seal, bytes):
            return False
        return hmac.compare_digest(self.mark(name, data), seal)


def key_path(journal: Path) -> Path:
    """Where a journal's key lies: beside it."""
    return journal.with_name(f"{journal.name}.key")


def make_key(journal: Path) -> None:
    """Draw a key for a new journal, mode 0600.

    Raises:
        JournalError: it cannot be written.
    """
    try:
        write_whole(key_path(journal), secrets.token_bytes(KEY_BYTES))
    except OSError as error:
        raise JournalError(
            f"{key_path(journal)}: the journal's key cannot be written ({error.strerror}); make "
            "the folder writable, or set [journal] path to one that is"
        ) from error


def read_key(journal: Path) -> bytes:
    """The journal's key.

    Raises:
        JournalError: it is missing or cannot be read.
    """
    path = key_path(journal)
    try:
        key = path.read_bytes()
    except OSError as error:
        raise JournalError(
            f"{path}: the journal's key cannot be read ({error.strerror}), and nothing in "
            f"{journal.name} can be trusted without it; bring it back from a backup, or move the "
            "journal away and start a new one"
        ) from error
    if len(key) != KEY_BYTES:
        raise JournalError(
            f"{path}: {len(key)} bytes, but a journal's key has {KEY_BYTES}; bring it back from a "
            "backup, or move it and the journal away and start a new one"
        )
    return key
