"""How far the journal has come, kept outside of it: a database cut short cannot tell by itself.

SQLite takes a damaged log for one that ends there and says nothing. So the last row's number and
seal are also written here after each commit; where the journal then has less, rows are gone. Two
places, written in turn, so that a power cut in the middle of one leaves the other. Not synced:
after a power cut it may tell of an earlier row than the last, never of a later one.
"""

import os
import struct
from pathlib import Path
from typing import NamedTuple

from edge.journal.chain import SEAL_BYTES, START, Chain
from edge.journal.errors import JournalBusyError, JournalError
from edge.lock import lock

PLACE_BYTES = 4096
"""A page each: what a disk writes at once."""

_HEAD = struct.Struct(f"<q{SEAL_BYTES}s")


class Tip(NamedTuple):
    """The last row's id and seal; 0 and START before the first."""

    id: int
    seal: bytes


NOTHING = Tip(0, START)


def head_path(journal: Path) -> Path:
    """Where it lies: beside the journal."""
    return journal.with_name(f"{journal.name}.head")


def read_head(journal: Path, chain: Chain) -> Tip | None:
    """The furthest row that is told of; None where neither place can be read."""
    try:
        data = head_path(journal).read_bytes()
    except OSError:
        return None
    told = [_tip(data[at : at + PLACE_BYTES], chain) for at in (0, PLACE_BYTES)]
    return max((tip for tip in told if tip), default=None)


def _tip(data: bytes, chain: Chain) -> Tip | None:
    head, seal = data[: _HEAD.size], data[_HEAD.size : _HEAD.size + SEAL_BYTES]
    if len(seal) < SEAL_BYTES or not chain.holds("head", head, seal):
        return None
    return Tip(*_HEAD.unpack(head))


class Head:
    """The file, open and locked: it also keeps a second writer out."""

    def __init__(self, journal: Path, chain: Chain) -> None:
        """Open, or make.

        Raises:
            JournalError: another process writes this journal, or it cannot be written.
        """
        path = head_path(journal)
        self._chain = chain
        self._turn = 0
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            self._file = os.fdopen(descriptor, "r+b", buffering=0)
        except OSError as error:
            raise JournalError(
                f"{path}: cannot be written ({error.strerror}); make the folder writable, or set "
                "[journal] path to one that is"
            ) from error
        try:
            lock(descriptor)
        except OSError as error:
            self._file.close()
            raise JournalBusyError(
                f"{journal}: another process writes this journal; end it, or set [journal] path "
                "(or state_dir) so that each daemon has its own"
            ) from error

    def write(self, tip: Tip) -> None:
        """Tell how far the journal has come; OSError where it cannot be written."""
        head = _HEAD.pack(*tip)
        place = (head + self._chain.mark("head", head)).ljust(PLACE_BYTES, b"\0")
        self._file.seek(self._turn * PLACE_BYTES)
        self._file.write(place)
        self._turn = 1 - self._turn

    def begin(self, tip: Tip) -> None:
        """Tell of this row alone: what was told of before may be gone."""
        self.write(tip)
        self.write(tip)

    def close(self) -> None:
        """Close it, and let another writer in."""
        self._file.close()
