"""G18: the journal stays within its bounds, whoever reads it and however long it runs."""

import sqlite3
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from edge.journal.connection import PAGE_BYTES, open_reader
from edge.journal.files import JournalFiles
from edge.journal.store import Limits
from edge.journal.verify import verify
from edge.journal.writer import Writer
from tests.goals import Record
from tests.system.test_g13_kill import written
from tests.unit.journal_world import Network, World

MEBIBYTE = 2**20
WAL_MIB = 16
FEATURES = 4608
"""As many as the built-in networks have: they take most of an exam's first seconds."""


class WideNetwork(Network):
    """One whose features are as many as those of a real one."""

    def infer(self, *_: object) -> tuple[float, np.ndarray]:  # type: ignore[type-arg]
        return self.says_pct, np.full((1, FEATURES), self.says_pct, np.float32)


def one_commit_each(world: World, frames: int) -> None:
    """Frames of one stream, none of which shares its commit: as much log as there can be."""
    dice = np.random.default_rng(18)
    for number in range(frames):
        view = ("AR", "HR")[number // 150 % 2]
        world.frame(float(dice.normal(10, 1)), view=view)


def wide(folder: Path) -> World:
    world = World(folder)
    world.network = world.pipeline.runner = WideNetwork()  # type: ignore[assignment]
    return world


def wal_mib(world: World) -> float:
    return world.opened.files.wal_bytes() / MEBIBYTE


def test_a_reader_that_holds_on_for_a_minute_leaves_the_log_within_its_bound(
    tmp_path: Path, goal: Record
) -> None:
    """A minute of frames at 30 a second, each its own commit, as fast as they go."""
    world = wide(tmp_path)
    one_commit_each(world, 5)
    reader = open_reader(tmp_path / "journal.db")
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM rows").fetchall()
    one_commit_each(world, 1800)
    held = wal_mib(world)
    reader.close()
    one_commit_each(world, 2500)
    after = wal_mib(world)
    world.kill()

    goal(
        "G18",
        f"log {held:.1f} MiB after 1,800 commits beside a reader that held on, "
        f"{after:.1f} MiB once it let go",
    )
    assert held <= WAL_MIB
    assert after <= 5
    assert len(written(tmp_path / "journal.db")) > 4300


def test_the_log_of_usual_pages_would_not_stay_within_it(tmp_path: Path, goal: Record) -> None:
    """The control: the same rows in a file as SQLite makes it unless told."""
    path = tmp_path / "usual.db"
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("CREATE TABLE rows (id INTEGER PRIMARY KEY, data BLOB)")
    reader = sqlite3.connect(path)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM rows").fetchall()
    for _ in range(1800 * 4):
        connection.execute("INSERT INTO rows (data) VALUES (?)", (bytes(200),))
    size_mib = (tmp_path / "usual.db-wal").stat().st_size / MEBIBYTE
    reader.close()
    connection.close()

    goal("G18", "", control=f"4 streams, usual pages, no limit: {size_mib:.0f} MiB of log")
    assert size_mib > WAL_MIB


@pytest.mark.soak
@pytest.mark.timeout(300)
def test_four_streams_beside_a_reader_for_a_minute(tmp_path: Path, goal: Record) -> None:
    """The writer itself, at its pace: beyond 8 MiB it gathers more rows for each commit."""
    world = wide(tmp_path)
    files, ready = world.opened.files, threading.Condition()
    writer = Writer(files, world.opened.store, ready)
    world.commit = lambda: None  # type: ignore[method-assign]
    writer.start()
    reader = open_reader(tmp_path / "journal.db")
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM rows").fetchall()
    highest, dice = 0, np.random.default_rng(18)
    start_s = time.monotonic()
    while (at_s := time.monotonic() - start_s) < 60:
        for stream in range(4):
            world.frame(float(dice.normal(10, 1)), exam=f"e{stream}", view=("AR", "HR")[at_s > 30])
            writer.put(world.opened.diaries["room"].take(), None)
        highest = max(highest, files.wal_bytes())
        time.sleep(max(0.0, start_s + at_s + 1 / 30 - time.monotonic()))
        while not writer.room:
            time.sleep(0.01)
    reader.close()
    writer.stop(10)
    files.close()

    goal("G18", f"4 streams of 30 a second beside a reader, 60 s: {highest / MEBIBYTE:.1f} MiB")
    assert highest <= WAL_MIB * MEBIBYTE


def test_a_purge_keeps_the_file_at_its_size_and_the_chain_whole(
    tmp_path: Path, goal: Record
) -> None:
    limit = 300 * PAGE_BYTES
    world = World(tmp_path)
    world.opened.files.limits = Limits(30, limit)
    largest = purged = 0
    for exam in range(60):
        for _ in range(80):
            world.frame(8.0, exam=f"e{exam}")
        world.end(f"e{exam}")
        while gone := world.opened.store.purge(world.opened.files.limits, world.now_ns):
            purged += gone
        world.opened.store.settle()
        largest = max(largest, (tmp_path / "journal.db").stat().st_size)
    again = world.again()
    again.kill()
    connection = open_reader(tmp_path / "journal.db")
    report = verify(connection, again.opened.files.chain, tmp_path / "journal.db")
    connection.close()

    goal(
        "G18",
        f"purge: at most {largest / MEBIBYTE:.2f} of {limit / MEBIBYTE:.2f} MiB, "
        f"{purged} rows out, the chain whole",
    )
    assert report.whole, report.faults
    assert purged > 1000
    assert largest <= limit * 1.2


def test_what_is_too_old_goes_and_an_open_exam_stays(tmp_path: Path) -> None:
    world = World(tmp_path)
    for _ in range(30):
        world.frame(8.0, exam="open")
    for exam in ("e1", "e2"):
        for _ in range(30):
            world.frame(8.0, exam=exam)
        world.end(exam)
    store, later_ns = world.opened.store, 10**18 * 3
    assert store.purge(Limits(1, 2**40), later_ns) == 0, "the open exam comes first"
    world.end("open")
    while store.purge(Limits(1, 2**40), later_ns):
        pass
    world.kill()

    assert written(tmp_path / "journal.db") == []


def test_a_file_that_is_to_be_smaller_than_before_shrinks(tmp_path: Path) -> None:
    world = World(tmp_path)
    for _ in range(400):
        world.frame(8.0)
    world.end()
    store = world.opened.store
    store.settle()
    before = (tmp_path / "journal.db").stat().st_size
    while store.purge(Limits(30, 0), world.now_ns) or store.shrink(0):
        pass
    store.settle()
    after = (tmp_path / "journal.db").stat().st_size
    world.again().kill()

    assert before > 40 * PAGE_BYTES
    assert after <= 12 * PAGE_BYTES


def test_a_second_writer_is_kept_out(tmp_path: Path) -> None:
    world = World(tmp_path)

    with pytest.raises(Exception, match=r"another process writes this journal.*\[journal\] path"):
        JournalFiles(tmp_path / "journal.db", "full", Limits(30, 2**30))
    world.kill()
