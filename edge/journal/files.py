"""A journal's files on disk: made, opened and locked, or refused with the remedy."""

import logging
import shutil
import sqlite3
from pathlib import Path

from edge.journal import faults
from edge.journal.chain import Chain, key_path, make_key, read_key
from edge.journal.connection import open_writer
from edge.journal.errors import JournalError
from edge.journal.head import Head
from edge.journal.store import Limits, Store
from edge.journal.streams import Progress

RESERVE_BYTES = 64 * 2**20
"""Free space below which it is time to make room."""

log = logging.getLogger(__name__)


def refusal(path: Path, what: str, error: Exception) -> JournalError:
    """Why a journal cannot be opened, read or written, and what can be done."""
    fault = faults.in_words(error)
    return JournalError(
        f"{path}: the journal cannot be {what}: {fault} ({error}); {faults.remedy(fault)}"
    )


class JournalFiles:
    """The database, its key and its head, locked for this process.

    Attributes:
        low_space: whether less than RESERVE_BYTES is free.
    """

    def __init__(self, path: Path, durability: str, limits: Limits) -> None:
        """Make what is not there yet, in a folder that nobody else can look into.

        Raises:
            JournalError: it cannot be written, its key is missing, or another process writes it.
        """
        self.path = path
        self.limits = limits
        self.low_space = False
        self._durability = durability
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise JournalError(
                f"{path.parent}: the journal's folder cannot be made ({error.strerror}); make it, "
                "or set [journal] path"
            ) from error
        if not path.exists() and not key_path(path).exists():
            make_key(path)
        self.chain = Chain(read_key(path))
        self.head = Head(path, self.chain)

    def open(self) -> Store:
        """Open the database; the caller gives the store its progress."""
        return Store(open_writer(self.path, self._durability), self.chain, Progress())

    def first_open(self) -> Store:
        """Open the database at a start.

        Raises:
            JournalError: it cannot be opened; names the file and what can be done.
        """
        try:
            return self.open()
        except (sqlite3.Error, OSError) as error:
            raise refusal(self.path, "opened", error) from error
        except JournalError as error:
            raise JournalError(f"{self.path}: {error}; run the program that wrote it") from error

    def wal_bytes(self) -> int:
        """Size of SQLite's log; 0 where there is none."""
        try:
            return self.path.with_name(f"{self.path.name}-wal").stat().st_size
        except OSError:
            return 0

    def look_at_space(self) -> None:
        """Warn once while little room is left."""
        low = shutil.disk_usage(self.path.parent).free < RESERVE_BYTES
        if low and not self.low_space:
            log.warning(
                "journal: less than %d MiB free beside %s; estimates are withheld once the disk is "
                "full: make room, or set [journal] keep_mib lower",
                RESERVE_BYTES >> 20,
                self.path,
            )
        self.low_space = low

    def close(self) -> None:
        """Let another process write it."""
        self.head.close()
