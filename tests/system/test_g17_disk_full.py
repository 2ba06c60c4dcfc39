"""G17: the journal cannot be written; estimates are withheld, that is said, and it mends itself."""

import resource
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from edge.journal.connection import open_reader
from edge.journal.files import JournalFiles
from edge.journal.outlet import Journal
from edge.journal.store import Store
from edge.journal.writer import QUEUE, Writer
from tests.goals import Record
from tests.system.bare_scanner import BareScanner
from tests.system.conftest import Place
from tests.system.test_g13_kill import medians_by_sorting, written
from tests.unit.journal_world import World

TOLD_S = 1.0
RECOVERED_S = 2.0
BUSY_S = 2.0
"""Allowed on top, for a machine that has other things to do."""


def send_until(place: Place, wanted: Callable[[Any], bool], longest_s: float) -> float:
    """Frames at 30 a second until a message is wanted; how long that took."""
    start_s = time.monotonic()
    while time.monotonic() - start_s < longest_s:
        place.scanner.frame(40 + place.scanner.seq % 100)
        message = place.viewer.find(wanted, 1 / 30)
        if message is not None:
            return time.monotonic() - start_s
    raise AssertionError(f"not seen in {longest_s} s: {place.viewer.messages[-1:]}")


def is_estimate(message: Any) -> bool:
    return bool(message.kind == "fat")


@contextmanager
def file_size_limited(pid: int, size: int) -> Iterator[None]:
    """Let a process's files grow no further, as on a disk that is full."""
    before = resource.prlimit(pid, resource.RLIMIT_FSIZE)
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, before)


def test_a_daemon_whose_journal_cannot_grow_withholds_tells_and_recovers(
    room: Callable[..., Place], tmp_path: Path, goal: Record
) -> None:
    place = room(BareScanner())
    place.meet()
    send_until(place, is_estimate, 20)
    path = tmp_path / "state" / "journal.db"
    with file_size_limited(place.daemon.pid, (path.parent / f"{path.name}-wal").stat().st_size):
        told_s = send_until(
            place,
            lambda message: (
                message.kind == "status" and message.fields["journal"] not in ("ok", "off")
            ),
            20,
        )
        said = place.viewer.messages[-1].fields
        while place.viewer.receive(0.05) is not None:
            pass
        place.viewer.messages.clear()
        for _ in range(30):
            place.scanner.frame()
            place.viewer.receive(1 / 30)
        leaked = sum(is_estimate(message) for message in place.viewer.messages)
    recovered_s = send_until(place, is_estimate, 20)
    place.until_status(lambda fields: fields["journal"] == "ok")
    place.scanner.event("exam_end")
    place.viewer.until(lambda message: message.kind == "reading")
    place.daemon.end()

    goal(
        "G17",
        f"files that cannot grow: {said['journal']!r} told after {told_s:.2f} s, "
        f"{leaked} estimates meanwhile, published again {recovered_s:.2f} s after",
    )
    assert (leaked, said["state"]) == (0, "degraded")
    assert told_s <= TOLD_S + BUSY_S
    assert recovered_s <= RECOVERED_S + BUSY_S
    assert_whole(path)


def assert_whole(path: Path) -> None:
    """Every row is there and right, and every median is that of sorting."""
    rows = written(path)
    medians = medians_by_sorting([row for row in rows if row["exam"] == "exam-1"])
    for row in rows:
        if row["exam"] == "exam-1":
            assert row["whole"]
            assert row["median_pct"] == medians[(row["epoch"], row["seq"], row["view"])]
    connection = open_reader(path)
    assert list(connection.execute("PRAGMA integrity_check")) == [("ok",)]
    connection.close()


class Failing:
    """A connection whose statements fail as long as they are told to: an I/O error of the disk.

    `wrong`: part of the statement that fails; "" while none does.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.wrong = ""

    def execute(self, sql: str, parameters: Any = (), /) -> Iterable[Any]:
        self._fail(sql)
        return self.connection.execute(sql, parameters)

    def executemany(self, sql: str, parameters: Any, /) -> Any:
        self._fail(sql)
        return self.connection.executemany(sql, parameters)

    def close(self) -> None:
        self.connection.close()

    def _fail(self, sql: str) -> None:
        if self.wrong and self.wrong in sql:
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
            raise error


class Bench:
    """A world whose journal has its writer, and a bus that keeps what is published."""

    def __init__(self, folder: Path) -> None:
        self.world = World(folder)
        self.world.commit = lambda: None  # type: ignore[method-assign]
        self.published: list[int] = []
        self.failing: list[Failing] = []
        self.pages: int | None = None
        self._break(self.world.opened.files)
        self.writer = Writer(self.world.opened.files, self._wrap(self.world.opened.store), Ready)
        self.outlet = Journal(self, self.writer, self.world.opened.files)
        self.faults: list[str] = []
        self.outlet.on_fault.append(self.faults.append)
        self.outlet.start()

    def publish(self, _topic: str, message: Any, _received_ns: int | None = None, /) -> None:
        self.published.append(message.seq)

    def frame(self) -> None:
        for estimate in self.world.frame(8.0):
            self.outlet.put(self.world.pipeline.diary, "fat/room/AR", estimate)

    def wait_for(self, wanted: Callable[[], bool], longest_s: float = 10.0) -> float:
        start_s = time.monotonic()
        while not wanted():
            assert time.monotonic() - start_s < longest_s
            time.sleep(0.005)
            self.outlet.publish()
        return time.monotonic() - start_s

    def close(self) -> None:
        self.outlet.close()

    def go_wrong(self, statement: str) -> None:
        """From here on, on this connection and those after it."""
        self.wrong = statement
        for failing in self.failing:
            failing.wrong = statement

    wrong = ""

    def _break(self, files: JournalFiles) -> None:
        opened = files.open

        def again() -> Store:
            return self._wrap(opened())

        files.open = again  # type: ignore[method-assign]

    def _wrap(self, store: Store) -> Store:
        failing = Failing(store.connection)  # type: ignore[arg-type]
        failing.wrong = self.wrong
        self.failing.append(failing)
        store.connection = failing
        if self.pages is not None:
            list(failing.execute(f"PRAGMA max_page_count = {self.pages}"))
        return store


Ready = threading.Condition()


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    for _ in range(20):
        bench.frame()
    bench.wait_for(lambda: len(bench.published) == 20)
    yield bench
    if bench.writer.is_alive():
        bench.close()


@pytest.mark.parametrize("statement", ["COMMIT", "INSERT", "BEGIN"])
def test_an_io_error_withholds_and_is_told_and_over_when_it_is(
    bench: Bench, statement: str, goal: Record
) -> None:
    bench.go_wrong(statement)
    bench.frame()
    told_s = bench.wait_for(lambda: bench.outlet.words == "I/O error")
    assert bench.outlet.state == "down"
    time.sleep(0.3)
    early = len(bench.published) - 20
    bench.go_wrong("")
    recovered_s = bench.wait_for(lambda: bench.outlet.words == "ok")
    bench.wait_for(lambda: len(bench.published) == 21)
    bench.close()

    goal(
        "G17",
        f"I/O error at {statement}: told {told_s:.2f} s after, {early} published meanwhile, "
        f"recovered {recovered_s:.2f} s after",
    )
    assert (early, bench.faults) == (0, ["I/O error", ""])
    assert told_s <= TOLD_S
    assert recovered_s <= RECOVERED_S
    assert_whole(bench.world.folder / "journal.db")


def test_a_full_database_withholds_until_there_is_room(bench: Bench, goal: Record) -> None:
    bench.pages = next(iter(bench.failing[-1].execute("PRAGMA page_count")))[0]
    list(bench.failing[-1].execute(f"PRAGMA max_page_count = {bench.pages}"))
    for _ in range(QUEUE // 2):
        bench.frame()
    told_s = bench.wait_for(lambda: bench.outlet.words == "disk full")
    bench.pages = 2**30
    recovered_s = bench.wait_for(lambda: bench.outlet.words == "ok")
    bench.outlet.flush()
    bench.close()

    goal(
        "G17",
        f"max_page_count reached: 'disk full' told {told_s:.2f} s after, recovered "
        f"{recovered_s:.2f} s after there is room",
    )
    assert told_s <= TOLD_S
    assert recovered_s <= RECOVERED_S
    assert bench.published == sorted(bench.published)
    assert_whole(bench.world.folder / "journal.db")


def test_a_commit_that_raised_and_yet_held_is_not_written_twice(bench: Bench) -> None:
    """The error comes after the transaction: what was written is found and proven."""
    store = bench.writer._store
    assert store is not None
    append = store.append

    def raises_afterwards(entries: Any, partners: Any = ()) -> Any:
        append(entries, partners)
        store.append = append  # type: ignore[method-assign]
        raise sqlite3.OperationalError("disk I/O error")

    store.append = raises_afterwards  # type: ignore[method-assign]
    bench.frame()
    bench.wait_for(lambda: len(bench.published) == 21)
    bench.close()

    assert bench.faults == ["I/O error", ""]
    assert len(written(bench.world.folder / "journal.db")) == 21
    assert_whole(bench.world.folder / "journal.db")


def test_while_it_cannot_be_written_no_more_is_taken_than_can_wait(bench: Bench) -> None:
    bench.go_wrong("COMMIT")
    for _ in range(QUEUE - 1):
        bench.frame()
    assert bench.outlet.room
    bench.frame()
    assert not bench.outlet.room
    bench.go_wrong("")
    bench.wait_for(lambda: bench.outlet.room)


def test_the_withholding_would_be_seen_to_fail(bench: Bench, goal: Record) -> None:
    """The control: an outlet that hands messages out before their commit."""
    bench.go_wrong("COMMIT")
    bench.writer._try = lambda *_: True  # type: ignore[method-assign]
    bench.frame()
    bench.wait_for(lambda: len(bench.published) == 21)

    goal("G17", "", control="a writer that skips a failed commit: its estimate was published")
    assert len(written(bench.world.folder / "journal.db")) == 20
