"""A disk that forgets: what was not synced is lost, in part or in pieces, when the power is cut.

A VFS for SQLite (through apsw) that passes everything on and keeps, of each file, what a disk
would surely have: the bytes as of its last sync, and the writes since then in their order.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import apsw

Survives = Literal["none", "subset", "torn"]
"""Of the writes since the last sync: none; some, in any combination; the first ones, and of the
next one a part."""

SURVIVALS: tuple[Survives, ...] = ("none", "subset", "torn")
SECTOR = 512


class PowerCut(Exception):  # noqa: N818 - it is what happens, not a fault of the code
    """The machine is off."""


@dataclass
class Kept:
    """One file as the disk has it."""

    synced: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, bytes | None]] = field(default_factory=list)
    """(offset, data), or (size, None) where it was cut to a size."""

    def sync(self) -> None:
        for write in self.pending:
            apply(self.synced, *write)
        self.pending.clear()

    def after_cut(self, survives: Survives, dice: random.Random) -> bytes:
        """What is found when the power is back."""
        found = bytearray(self.synced)
        if survives == "subset":
            for write in self.pending:
                if dice.random() < 0.5:
                    apply(found, *write)
        elif survives == "torn" and self.pending:
            whole = dice.randrange(len(self.pending))
            for write in self.pending[:whole]:
                apply(found, *write)
            offset, data = self.pending[whole]
            if data is not None:
                apply(found, offset, data[: SECTOR * dice.randrange(1 + len(data) // SECTOR)])
        return bytes(found)


def apply(content: bytearray, offset: int, data: bytes | None) -> None:
    if data is None:
        del content[offset:]
        return
    if len(content) < offset:
        content.extend(bytes(offset - len(content)))
    content[offset : offset + len(data)] = data


class Disk:
    """All files of one machine. `cut_at`: the operation (write, sync, truncate) it goes off at."""

    def __init__(self) -> None:
        self.files: dict[str, Kept] = {}
        self.cut_at: int | None = None
        self.operations = 0
        self.off = False

    def operate(self) -> bool:
        """Whether it is on; PowerCut where it goes off just now, and later nothing happens."""
        if self.off:
            return False
        self.operations += 1
        if self.cut_at is not None and self.operations >= self.cut_at:
            self.off = True
            raise PowerCut
        return True

    def recover(self, folder: Path, survives: Survives, dice: random.Random) -> Path:
        """Write what is left into another folder."""
        folder.mkdir()
        for name, kept in self.files.items():
            (folder / Path(name).name).write_bytes(kept.after_cut(survives, dice))
        return folder


class CrashVfs(apsw.VFS):
    """Registered under a name for as long as it lives."""

    def __init__(self, name: str, disk: Disk) -> None:
        self.name, self.disk = name, disk
        super().__init__(name, base="")

    def xOpen(self, name: Any, flags: list[int]) -> "CrashFile":
        return CrashFile(self.disk, name, flags)

    def xDelete(self, filename: str, syncdir: bool) -> None:
        if self.disk.operate():
            self.disk.files.pop(filename, None)
            super().xDelete(filename, syncdir)


class CrashFile(apsw.VFSFile):
    """Passes on, and tells the disk."""

    def __init__(self, disk: Disk, name: Any, flags: list[int]) -> None:
        super().__init__("", name, flags)
        self._disk = disk
        filename = name.filename() if hasattr(name, "filename") else str(name)
        self._kept = disk.files.setdefault(filename, Kept())

    def xWrite(self, data: bytes, offset: int) -> None:
        if self._disk.operate():
            self._kept.pending.append((offset, bytes(data)))
            super().xWrite(data, offset)

    def xTruncate(self, newsize: int) -> None:
        if self._disk.operate():
            self._kept.pending.append((newsize, None))
            super().xTruncate(newsize)

    def xSync(self, flags: int) -> None:
        if self._disk.operate():
            super().xSync(flags)
            self._kept.sync()


def cuts(count: int, operations: int, dice: random.Random) -> Iterator[tuple[int, Survives]]:
    """So many moments, each with what survives."""
    for number in range(count):
        yield dice.randrange(1, operations), SURVIVALS[number % len(SURVIVALS)]
