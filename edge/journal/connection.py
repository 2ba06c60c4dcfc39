"""The one place that opens the database: its settings, its tables, and who may write."""

import os
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

from edge.journal.durability import SYNCHRONOUS
from edge.journal.errors import JournalError

VERSION = 1
"""`PRAGMA user_version` of this layout."""

PAGE_BYTES = 1024
"""A commit writes whole pages to the log: small ones, since most commits are one row of 200 bytes.
With SQLite's usual 4096 a stream of 30 frames a second writes four times as much."""

CHECKPOINT_PAGES = 2000
WAL_KEPT_BYTES = 4 * 2**20
"""The log is copied into the database from CHECKPOINT_PAGES on, and cut back to this."""

OPEN_WAIT_MS = 2000

SETTINGS = (
    f"PRAGMA page_size = {PAGE_BYTES}",
    "PRAGMA auto_vacuum = INCREMENTAL",
    "PRAGMA journal_mode = WAL",
    f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}",
    f"PRAGMA journal_size_limit = {WAL_KEPT_BYTES}",
    "PRAGMA secure_delete = FAST",
    "PRAGMA cell_size_check = ON",
    "PRAGMA trusted_schema = OFF",
)

_ROWS = """
CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, exam INTEGER NOT NULL,
    number INTEGER NOT NULL, data BLOB NOT NULL, seal BLOB NOT NULL) STRICT"""
_MARKS = """
CREATE TABLE IF NOT EXISTS marks (name TEXT PRIMARY KEY, data BLOB NOT NULL, seal BLOB NOT NULL)
    STRICT, WITHOUT ROWID"""
_PARTNERS = """
CREATE TABLE IF NOT EXISTS partners (exam INTEGER NOT NULL, view TEXT NOT NULL,
    fat_pct REAL NOT NULL, number INTEGER NOT NULL, data BLOB NOT NULL, seal BLOB NOT NULL,
    PRIMARY KEY (exam, view, fat_pct)) STRICT"""

TABLES = (_ROWS, _MARKS, _PARTNERS, f"PRAGMA user_version = {VERSION}")


class Connection(Protocol):
    """What is asked of SQLite; `sqlite3` gives it, and so do other bindings."""

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> Iterable[Any]:
        """Run one statement."""
        ...

    def executemany(self, sql: str, parameters: Iterable[Sequence[Any]], /) -> Any:
        """Run one statement for each of the parameters."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


def configure(connection: Connection, synchronous: str) -> None:
    """Set a new writing connection up and make the tables where there are none."""
    for statement in (*SETTINGS, f"PRAGMA synchronous = {synchronous}"):
        list(connection.execute(statement))
    version = one(connection, "PRAGMA user_version")
    if version > VERSION:
        raise JournalError(f"its layout is {version}, and this program knows {VERSION} only")
    if version < VERSION:
        for statement in ("BEGIN IMMEDIATE", *TABLES, "COMMIT"):
            list(connection.execute(statement))


def open_writer(path: Path, durability: str) -> sqlite3.Connection:
    """The only connection that writes, for any one thread; sqlite3.Error where it fails."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # SQLite's own files take its mode
    connection = _connect(path, "rw")
    try:
        configure(connection, SYNCHRONOUS[durability])
    except BaseException:
        connection.close()
        raise
    connection.execute("PRAGMA busy_timeout = 0")  # a reader must not hold a checkpoint up
    return connection


def open_reader(path: Path) -> sqlite3.Connection:
    """A connection that cannot write, beside a daemon that runs or not.

    Raises:
        JournalError: there is no journal, or it cannot be opened.
    """
    if not path.is_file():
        raise JournalError(
            f"{path}: there is no journal; name one with --journal, or the daemon's settings with "
            "--config"
        )
    try:
        connection = _connect(path, "ro")
        version = one(connection, "PRAGMA user_version")
    except sqlite3.Error as error:
        raise JournalError(
            f"{path}: cannot be read ({error}); it is no journal, or its first page is damaged"
        ) from error
    if version != VERSION:
        raise JournalError(f"{path}: its layout is {version}, and this program knows {VERSION}")
    return connection


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    # Made on one thread and then used by another, never by two at a time.
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode={mode}",
        uri=True,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.execute(f"PRAGMA busy_timeout = {OPEN_WAIT_MS}")
    return connection


def one(connection: Connection, sql: str, parameters: Sequence[Any] = ()) -> Any:
    """The first value of the first row, None where there is none."""
    rows = list(connection.execute(sql, parameters))
    return rows[0][0] if rows else None
