"""G14: the power is cut at a random write or sync; all that was committed is there afterwards."""

import random
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import apsw
import pytest

from edge.journal.chain import Chain
from edge.journal.connection import TABLES, configure, open_reader
from edge.journal.restore import restore
from edge.journal.rows import Entry, Frame, Opened, SetUp, Stream, encode, kind_of
from edge.journal.store import Limits, Store
from edge.journal.streams import Progress
from edge.journal.verify import verify
from tests.goals import Record
from tests.system.crash_vfs import CrashVfs, Disk, PowerCut, Survives, cuts
from tests.unit.journal_world import MODEL

KEY = bytes(range(32))
COMMITS = 80
CHECKPOINT_PAGES = 40
"""So that the log is copied into the database several times in a run."""


class After(NamedTuple):
    """What was committed before a cut, what is there after it, and whether the file is whole."""

    committed: int
    found: int
    whole: bool


def entries() -> Iterator[list[Entry]]:
    """One exam, and then what a commit each would write of it."""
    number = 0
    opened = (Opened("room", "e1", "n5-iqr30", "boot"), SetUp(64, 64, "gray8", None, MODEL))
    yield [Entry(1, at, kind_of(row), encode(row)) for at, row in enumerate(opened)]
    number = len(opened)
    for seq in range(COMMITS):
        counts = (seq + 1, seq + 1, 0, 0, 0, 0, 0, 0)
        frame = Frame(
            1, seq, seq, seq, seq, "AR", "AR", None, 0, None, False, 5.0, None, [], counts
        )
        stream = Stream("room", 1, seq, counts)
        yield [Entry(1, number, kind_of(frame), encode(frame), stream)]
        number += 1


def write_until_cut(disk: Disk, folder: Path, synchronous: str) -> int:
    """Rows that were committed when the power went, or all of them."""
    folder.mkdir()
    vfs = CrashVfs("crash", disk)
    committed = 0
    try:
        connection = apsw.Connection(str(folder / "journal.db"), vfs=vfs.name)
        # Without shared memory, which such a VFS has none of; nothing else differs.
        list(connection.execute("PRAGMA locking_mode = EXCLUSIVE"))
        configure(connection, synchronous)
        list(connection.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES}"))
        store = Store(connection, Chain(KEY), Progress())
        for batch in entries():
            committed = store.append(batch).id
            store.purge(Limits(10**6, 2**40), 0)
        connection.close()
    except (PowerCut, apsw.Error):
        assert disk.off
    return committed


def cut(folder: Path, synchronous: str, at: int, survives: Survives, dice: random.Random) -> After:
    """One power cut, and the journal opened anew."""
    disk = Disk()
    disk.cut_at = at
    committed = write_until_cut(disk, folder / "before", synchronous)
    left = disk.recover(folder / "after", survives, dice)
    found, whole = look(left / "journal.db")
    for used in ("before", "after"):
        shutil.rmtree(folder / used)
    return After(committed, found, whole)


def look(path: Path) -> tuple[int, bool]:
    """Rows found, and whether all of them hold; a journal that is only begun has none."""
    connection = sqlite3.connect(path, isolation_level=None)
    try:
        return _look(connection, path)
    except sqlite3.DatabaseError:
        return 0, False
    finally:
        connection.close()


def _look(connection: sqlite3.Connection, path: Path) -> tuple[int, bool]:
    if not list(connection.execute("SELECT * FROM sqlite_master WHERE name = 'rows'")):
        return 0, True
    report = verify(connection, Chain(KEY), path)
    found = restore(connection, Chain(KEY), None)
    return report.last, report.whole and not found.lossy


def operations(folder: Path, synchronous: str) -> int:
    """How many a run without a cut takes."""
    disk = Disk()
    write_until_cut(disk, folder / "whole", synchronous)
    assert not disk.off
    return disk.operations


def cut_often(folder: Path, synchronous: str, count: int, seed: int) -> tuple[int, int, int, int]:
    """(cuts, rows committed, rows lost, files that were not whole)."""
    dice = random.Random(seed)
    total = operations(folder, synchronous)
    after = [
        cut(folder, synchronous, at, survives, dice) for at, survives in cuts(count, total, dice)
    ]
    committed = sum(each.committed for each in after)
    lost = sum(max(0, each.committed - each.found) for each in after)
    return count, committed, lost, sum(not each.whole for each in after)


def prove(folder: Path, count: int, goal: Record) -> None:
    (folder / "full").mkdir()
    (folder / "normal").mkdir()
    (folder / "none").mkdir()
    _, committed, lost, broken = cut_often(folder / "full", "FULL", count, seed=1)
    controls = {
        name: cut_often(folder / name, sql, count, seed=1)
        for name, sql in (("normal", "NORMAL"), ("none", "OFF"))
    }
    shown = "; ".join(
        f"synchronous={sql}: {controls[name][2]} of {controls[name][1]} rows lost"
        for name, sql in (("normal", "NORMAL"), ("none", "OFF"))
    )
    goal(
        "G14",
        f"{count} cuts: {lost} of {committed} committed rows lost, {broken} journals not whole",
        control=shown,
    )
    assert (lost, broken) == (0, 0)
    assert committed > count
    assert 0 < controls["normal"][2] < controls["none"][2]


def test_30_power_cuts_lose_nothing_that_was_committed(tmp_path: Path, goal: Record) -> None:
    prove(tmp_path, 30, goal)


@pytest.mark.soak
def test_300_power_cuts_lose_nothing_that_was_committed(tmp_path: Path, goal: Record) -> None:
    prove(tmp_path, 300, goal)


def test_the_tables_are_the_journals_own(tmp_path: Path) -> None:
    """What is cut is what a daemon writes: the same statements, through another binding."""
    write_until_cut(Disk(), tmp_path / "made", "FULL")
    connection = open_reader(tmp_path / "made" / "journal.db")
    made = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE sql != ''")}
    connection.close()

    assert made == {"rows", "marks", "partners"}
    assert len(TABLES) == 4
