"""What keeps the journal from being written, in the words that a status says it in."""

import errno
import sqlite3

from edge.journal.errors import JournalError

DISK_FULL, IO_ERROR, DAMAGED = "disk full", "I/O error", "damaged"
NOT_WRITABLE, LOCKED, TOO_SLOW = "not writable", "locked by another program", "disk too slow"

_BY_CODE = {
    sqlite3.SQLITE_FULL: DISK_FULL,
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_NOTADB: DAMAGED,
    sqlite3.SQLITE_READONLY: NOT_WRITABLE,
    sqlite3.SQLITE_PERM: NOT_WRITABLE,
    sqlite3.SQLITE_CANTOPEN: NOT_WRITABLE,
    sqlite3.SQLITE_BUSY: LOCKED,
    sqlite3.SQLITE_LOCKED: LOCKED,
}
_BY_ERRNO = {
    errno.ENOSPC: DISK_FULL,
    errno.EDQUOT: DISK_FULL,
    errno.EFBIG: DISK_FULL,
    errno.EACCES: NOT_WRITABLE,
    errno.EPERM: NOT_WRITABLE,
    errno.EROFS: NOT_WRITABLE,
}


def in_words(error: Exception) -> str:
    """Name of a fault; nothing of the rows stands in it."""
    if isinstance(error, JournalError):
        return DAMAGED
    if isinstance(error, sqlite3.Error):
        # The low byte is the kind, the rest its details (https://sqlite.org/rescode.html).
        return _BY_CODE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, IO_ERROR)
    return _BY_ERRNO.get(getattr(error, "errno", None) or 0, IO_ERROR)


REMEDIES = {
    DISK_FULL: "make room on that disk, or set [journal] path to one with room",
    NOT_WRITABLE: "give the daemon's user the right to write there, or set [journal] path",
    LOCKED: "end the program that has it open for writing",
    DAMAGED: "move it away with its .key and .head files, and start again; "
    "`python -m edge journal verify` says what of it is whole",
}


def remedy(fault: str) -> str:
    """What an operator can do."""
    return REMEDIES.get(fault, "look at the disk; the system's log says more")
