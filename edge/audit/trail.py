"""The trail on disk: files of sealed lines, of which the oldest go, and a head that ends them.

key                 seals the records; its owner alone may read it (mode 0600)
000000000001.jsonl  records, one a line; the name is the first one's number
head.json           the last record's number and seal, sealed itself
"""

import os
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from edge.audit.chain import KEY_BYTES, follows, line_of, take_apart
from edge.audit.events import Event, Value
from edge.audit.head import Head, read_head, write_head
from edge.audit.lock import locked
from edge.durable import write_whole

FOLDER, KEY, SUFFIX = "audit", "key", ".jsonl"

FILE_BYTES = 2**20
FILES_KEPT = 16
"""16 MiB: some 60,000 records, which is years unless somebody attacks."""


class AuditError(ValueError):
    """A trail that cannot be written or read; names the file, what is wrong and the remedy."""


class Trail:
    """Appends to the trail of one folder; safe with other processes."""

    def __init__(
        self, state: Path, *, file_bytes: int = FILE_BYTES, files_kept: int = FILES_KEPT
    ) -> None:
        """`state`: the folder of what outlives the daemon; nothing is touched yet."""
        self.folder = state / FOLDER
        self._file_bytes = file_bytes
        self._files_kept = files_kept

    def append(self, event: Event, **fields: Value) -> int:
        """Write a record for good and give its number.

        Raises:
            AuditError: it cannot be written, or the trail was tampered with.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with locked(self.folder):
                key, head = self._open()
                head, stump = self._catch_up(key, head)
                if stump:
                    head = self._write(key, head, "trail_mended", {"bytes": stump})
                return self._write(key, head, event, fields).count
        except OSError as error:
            raise AuditError(
                f"{self.folder}: the audit trail cannot be written "
                f"({error.strerror or error}); make the folder writable, or set state_dir to one "
                "that is"
            ) from error

    def _open(self) -> tuple[bytes, Head]:
        """Key and head; of an empty folder, new ones."""
        path = self.folder / KEY
        if path.exists():
            key = read_key(path)
            head = read_head(self.folder, key)
            if head is None:
                raise damaged(self.folder, "head.json is missing or was edited")
            return key, head
        if any(files(self.folder)):
            raise damaged(self.folder, "its key is missing")
        key = secrets.token_bytes(KEY_BYTES)
        # The key last: with it the trail has begun, and must have a head.
        write_head(self.folder, key, Head())
        write_whole(path, key.hex().encode() + b"\n")
        return key, Head()

    def _catch_up(self, key: bytes, head: Head) -> tuple[Head, int]:
        """Take in what was written just before a crash; (the head, bytes of a stump cut off)."""
        path = self._next_file(head)
        size = 0 if path.name != head.file else head.size
        try:
            with path.open("rb") as file:
                file.seek(size)
                left = file.read(self._file_bytes)
        except FileNotFoundError:
            return head, 0
        line, feed, _ = left.partition(b"\n")
        sealed = take_apart(line) if feed else None
        if sealed and follows(key, head.mac, sealed):
            head = msgspec.structs.replace(
                head,
                count=head.count + 1,
                mac=sealed.mac,
                file=path.name,
                size=size + len(line) + 1,
            )
            left = left[len(line) + 1 :]
        if left:
            os.truncate(path, head.size if path.name == head.file else 0)
        return head, len(left)

    def _next_file(self, head: Head) -> Path:
        """Where the next record goes."""
        if head.file and head.size < self._file_bytes:
            return self.folder / head.file
        return self.folder / f"{head.count + 1:012}{SUFFIX}"

    def _write(self, key: bytes, head: Head, event: Event, fields: dict[str, Value]) -> Head:
        path = self._next_file(head)
        at = datetime.now(UTC).isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"
        line, mac = line_of(
            key, head.mac, {"n": head.count + 1, "ts": at, "event": event, **fields}
        )
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        size = path.stat().st_size
        head = msgspec.structs.replace(
            head, count=head.count + 1, mac=mac, file=path.name, size=size
        )
        head, old = self._without_oldest(head)
        write_head(self.folder, key, head)
        for path in old:
            path.unlink(missing_ok=True)
        return head

    def _without_oldest(self, head: Head) -> tuple[Head, list[Path]]:
        """The head of a trail without the files beyond the limit, and those files."""
        present = files(self.folder)
        old, kept = present[: -self._files_kept], present[-self._files_kept :]
        if not old:
            return head, []
        last = take_apart(old[-1].read_bytes().splitlines()[-1])
        anchor = last.mac if last else head.anchor
        return msgspec.structs.replace(head, first=number_of(kept[0]), anchor=anchor), old


def files(folder: Path) -> list[Path]:
    """The files of records, oldest first."""
    return sorted(path for path in folder.glob(f"*{SUFFIX}") if path.stem.isdigit())


def number_of(path: Path) -> int:
    """Of the first record in a file."""
    return int(path.stem)


def read_key(path: Path) -> bytes:
    """The key that seals the records.

    Raises:
        AuditError: it is none; OSError: it cannot be read.
    """
    try:
        key = bytes.fromhex(path.read_text().strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise damaged(path.parent, "its key is damaged")
    return key


def damaged(folder: Path, what: str) -> AuditError:
    """The error of a trail that must not be written on, so that what is there stays evidence."""
    return AuditError(
        f"{folder}: {what}; see `python -m edge audit verify`, then move the folder away and keep "
        "it: a new trail begins"
    )


def lines(paths: Iterable[Path]) -> Iterable[tuple[Path, int, bytes]]:
    """(file, number of the line from 1, its bytes without the line feed) of every line."""
    for path in paths:
        for number, line in enumerate(path.read_bytes().splitlines(), 1):
            yield path, number, line
