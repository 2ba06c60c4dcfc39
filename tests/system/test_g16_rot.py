"""G16: a bit of the journal flips; it is found, or it is one that nothing depends on."""

import contextlib
import random
import shutil
import sqlite3
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec
import pytest

from edge.journal.chain import Chain, read_key
from edge.journal.connection import open_reader
from edge.journal.errors import JournalError
from edge.journal.export import Export
from edge.journal.head import read_head
from edge.journal.restore import restore
from edge.journal.verify import verify
from tests.goals import Record
from tests.unit.journal_world import World, play

NAME = "journal.db"
FILES = (NAME, f"{NAME}-wal")
STEPS = 100

Outcome = Literal["found", "harmless"]


class Content(NamedTuple):
    """What a journal says: what was published, and what a start would go on with."""

    estimates: list[dict[str, Any]]
    readings: list[dict[str, Any]]
    restored: dict[str, Any]
    noticed: bool
    """A start notices that something is wrong."""


def journal(folder: Path) -> Path:
    """Two exams open and some ended; half of it in the database, half in its log."""
    used = folder / "used"
    used.mkdir()
    world = World(used)
    for step in play(world, random.Random(16), STEPS):
        if step == STEPS // 2:
            world.opened.store.settle()
    world.frame(8.0, view="AR")
    kept = folder / "kept"
    shutil.copytree(used, kept)  # as a kill leaves it: a close would empty the log
    world.kill()
    assert all((kept / name).stat().st_size > 5_000 for name in FILES)
    return kept


def content(folder: Path) -> Content:
    """All that a journal says; raises where it cannot be read."""
    path = folder / NAME
    connection, chain = open_reader(path), Chain(read_key(path))
    try:
        estimates = list(Export(connection, chain).found("estimates"))
        readings = list(Export(connection, chain).found("readings"))
        found = restore(connection, chain, read_head(path, chain))
    finally:
        connection.close()
    restored = {
        replay.opened.exam: msgspec.to_builtins(
            (replay.exam.reading.summaries(), replay.exam.reading.acquisitions())
        )
        for replay in found.replays.values()
    }
    return Content(estimates, readings, restored, bool(found.damaged or found.lossy))


def outcome(folder: Path, before: Content) -> Outcome:
    """What becomes of a journal with a flipped bit; AssertionError where it deceives."""
    try:
        now = content(folder)
    except (sqlite3.Error, JournalError, OverflowError):
        return "found"
    for exam, state in now.restored.items():
        assert state == before.restored.get(exam), "an exam goes on with other numbers"
    if not now.noticed:
        assert now.restored == before.restored, "an exam was lost, and no start would tell"
    found = not whole(folder)
    _start(folder)
    if not found:
        assert now == before, "a journal that is called whole says something else"
        return "harmless"
    return "found"


def _start(folder: Path) -> None:
    """A start either goes on or refuses, in words."""
    with contextlib.suppress(JournalError):
        World(folder).kill()


def whole(folder: Path) -> bool:
    connection = open_reader(folder / NAME)
    try:
        chain = Chain(read_key(folder / NAME))
        return verify(connection, chain, folder / NAME).whole
    finally:
        connection.close()


def sqlite_says_ok(folder: Path) -> bool:
    """The control: SQLite's own check, which knows nothing of the rows."""
    connection = sqlite3.connect(folder / NAME)
    try:
        return list(connection.execute("PRAGMA integrity_check")) == [("ok",)]
    except sqlite3.DatabaseError:
        return False
    finally:
        connection.close()


def flip(kept: Path, copy: Path, dice: random.Random) -> Path:
    """A copy with one bit of the database or its log flipped."""
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(kept, copy)
    name = dice.choice(FILES)
    data = bytearray((copy / name).read_bytes())
    data[dice.randrange(len(data))] ^= 1 << dice.randrange(8)
    (copy / name).write_bytes(data)
    return copy


def flip_often(folder: Path, count: int, goal: Record) -> None:
    kept, dice = journal(folder), random.Random(count)
    before = content(kept)
    assert whole(kept)
    assert len(before.restored) == 2
    outcomes: list[Outcome] = []
    missed = 0
    for _ in range(count):
        copy = flip(kept, folder / "copy", dice)
        outcomes.append(outcome(copy, before))
        missed += outcomes[-1] == "found" and sqlite_says_ok(copy)
    found = outcomes.count("found")
    goal(
        "G16",
        f"{count} flips: {found} found, {count - found} harmless, 0 unnoticed",
        control=f"integrity_check alone calls {missed} of those {found} ok",
    )
    assert found > count // 2
    assert missed > 0


def test_200_flipped_bits_are_found_or_harmless(tmp_path: Path, goal: Record) -> None:
    flip_often(tmp_path, 200, goal)


@pytest.mark.soak
@pytest.mark.timeout(900)
def test_1000_flipped_bits_are_found_or_harmless(tmp_path: Path, goal: Record) -> None:
    flip_often(tmp_path, 1000, goal)


def test_a_damaged_exam_begins_afresh_and_the_other_goes_on(tmp_path: Path) -> None:
    """A row of one exam is changed, on disk, behind the back of the chain."""
    world = World(tmp_path)
    for _ in range(12):
        world.frame(5.0, exam="e1")
        world.frame(9.0, exam="e2")
    other = world.summaries("e2")
    world.kill()
    _change_a_row_of_exam(tmp_path / NAME, 1)

    again = World(tmp_path, away_ns=world.now_ns)
    assert set(again.pipeline._exams._exams) == {"e2"}
    assert again.summaries("e2") == other
    again.seq = world.seq
    (afresh,), (goes_on,) = again.frame(30.0, exam="e1"), again.frame(9.0, exam="e2")

    assert (afresh.median_pct, afresh.frames, afresh.flags) == (30.0, 1, ["restarted"])
    assert (goes_on.frames, goes_on.flags) == (13, [])
    third = again.again()
    assert third.summaries("e1")["AR"].frames == 1, "noted once, it is no news at the next start"
    third.kill()
    assert not whole(tmp_path)


def test_a_journal_cut_short_is_noticed_and_its_open_exam_begins_afresh(tmp_path: Path) -> None:
    world = World(tmp_path)
    for _ in range(12):
        world.frame(5.0)
    world.kill()
    connection = sqlite3.connect(tmp_path / NAME)
    connection.execute("DELETE FROM rows WHERE id > 8")
    connection.commit()
    connection.close()
    assert not whole(tmp_path)

    again = World(tmp_path, away_ns=world.now_ns)
    again.seq = world.seq
    (afresh,) = again.frame(5.0)

    assert (afresh.frames, afresh.flags) == (1, ["restarted"])
    again.kill()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM rows WHERE id = 7",
        "UPDATE rows SET exam = 2 WHERE id = 7",
        "UPDATE rows SET data = (SELECT data FROM rows WHERE id = 6) WHERE id = 7",
        "UPDATE marks SET data = x'00'",
        "UPDATE partners SET fat_pct = 1.0",
        "DELETE FROM rows WHERE id < 4",
    ],
)
def test_an_edit_without_the_key_is_found(tmp_path: Path, statement: str) -> None:
    world = World(tmp_path)
    for _ in range(12):
        world.frame(5.0)
    world.kill()
    assert whole(tmp_path)
    connection = sqlite3.connect(tmp_path / NAME)
    connection.execute(statement)
    connection.commit()
    connection.close()

    assert not whole(tmp_path)


def _change_a_row_of_exam(path: Path, exam: int) -> None:
    connection = sqlite3.connect(path)
    (data, at) = connection.execute(
        "SELECT data, id FROM rows WHERE exam = ? AND number = 5", (exam,)
    ).fetchone()
    changed = bytes(data[:-2]) + bytes([data[-2] ^ 1]) + bytes(data[-1:])
    connection.execute("UPDATE rows SET data = ? WHERE id = ?", (changed, at))
    connection.commit()
    connection.close()
