"""G13: a daemon is killed at random points; what it had published is written down, and goes on."""

import random
import shutil
import signal
import sqlite3
import statistics
import sys
import time
from bisect import insort
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from edge.journal.chain import Chain, read_key
from edge.journal.connection import open_reader
from edge.journal.export import Export
from edge.journal.opening import Now, open_journal
from edge.journal.rows import Entry, Frame, Opened, Row, SetUp, encode, kind_of
from edge.journal.store import Limits
from tests.goals import Record
from tests.system.bare_scanner import BareScanner
from tests.system.bare_viewer import BareViewer
from tests.system.daemon_process import DaemonProcess, write_settings
from tests.unit.journal_world import MODEL

Values = dict[str, list[float]]


class Killed(NamedTuple):
    """One life of a daemon. `published`: what its viewer got; `wrong`: medians not as sorted."""

    published: int
    missing: int
    wrong: int


class Ward:
    """One exam of one scanner, over as many lives of the daemon as it takes."""

    def __init__(self, folder: Path, bundle: Path, seed: int) -> None:
        self.random = random.Random(seed)
        self.scanner = BareScanner()
        self.journal = folder / "state" / "journal.db"
        places = {"room": (self.scanner.endpoint, "")}
        self.settings = write_settings(folder / "edge.toml", bundle, places)

    def live_and_be_killed(self) -> Killed:
        """Start, send frames until a random moment, kill -9; then compare with the journal."""
        before = values(self.rows())
        daemon = DaemonProcess("--config", self.settings)
        try:
            viewer = BareViewer(daemon.estimates_address(), "fat/room/")
            moment = self.random.randrange(3, 80)
            said = list(self._said(viewer, moment, self.random.uniform(0, 0.01)))
        finally:
            daemon.signal(signal.SIGKILL)
            daemon.wait()
            daemon.end()
        while (message := viewer.receive(0.05)) is not None:
            said.append(message.fields)
        viewer.close()
        return compare(said, self.rows(), before)

    def _said(self, viewer: BareViewer, moment: int, wait_s: float) -> Iterator[dict[str, Any]]:
        """Frames and what comes of them, until so many estimates have come."""
        deadline_s = time.monotonic() + 30
        while moment > 0 and time.monotonic() < deadline_s:
            gray = self.random.randrange(20, 200)
            self.scanner.frame(gray, view=self.random.choice(("AR", "HR")))
            time.sleep(wait_s)
            while (message := viewer.receive(0)) is not None:
                moment -= 1
                yield message.fields

    def rows(self) -> list[dict[str, Any]]:
        return written(self.journal) if self.journal.exists() else []


def written(journal: Path) -> list[dict[str, Any]]:
    """The estimates in a journal."""
    connection = open_reader(journal)
    found = list(Export(connection, Chain(read_key(journal))).found("estimates"))
    connection.close()
    return found


def values(rows: list[dict[str, Any]]) -> Values:
    found: Values = defaultdict(list)
    for row in rows:
        if row["fat_pct"] is not None:
            found[row["view"]].append(row["fat_pct"])
    return found


def compare(said: list[dict[str, Any]], rows: list[dict[str, Any]], before: Values) -> Killed:
    """Every estimate on the wire against the journal, every median against sorting."""
    by_frame = {(row["epoch"], row["seq"], row["view"]): row for row in rows}
    medians = medians_by_sorting(rows)
    missing = wrong = 0
    for fields in said:
        key = (fields["epoch"], fields["seq"], fields["view"])
        row = by_frame.get(key)
        if row is None or row["fat_pct"] != fields["fat_pct"]:
            missing += 1
        elif fields["median_pct"] != medians[key] or row["median_pct"] != medians[key]:
            wrong += 1
    assert all(values(rows)[view][: len(known)] == known for view, known in before.items())
    return Killed(len(said), missing, wrong)


def medians_by_sorting(rows: list[dict[str, Any]]) -> dict[tuple[int, int, str], float | None]:
    """The median of each view's estimates up to each row: the middle of them in order."""
    found: Values = defaultdict(list)
    medians = {}
    for row in rows:
        ordered = found[row["view"]]
        if row["fat_pct"] is not None:
            insort(ordered, row["fat_pct"])
        key = (row["epoch"], row["seq"], row["view"])
        medians[key] = statistics.median(ordered[_middle(ordered)]) if ordered else None
    return medians


def _middle(ordered: list[float]) -> slice:
    """The one or two values in the middle."""
    return slice((len(ordered) - 1) // 2, len(ordered) // 2 + 1)


def kill_often(ward: Ward, times: int, goal: Record) -> None:
    lives = [ward.live_and_be_killed() for _ in range(times)]
    ward.scanner.close()
    published = sum(life.published for life in lives)
    missing, wrong = sum(life.missing for life in lives), sum(life.wrong for life in lives)
    goal(
        "G13",
        f"{times} kills: {missing} of {published} published missing from the journal, "
        f"{wrong} medians other than by sorting",
    )
    assert (missing, wrong) == (0, 0)
    assert published > times
    exams = {row["restarts"] for row in ward.rows()}
    assert exams == {0}, "one exam over all lives, never begun anew"


@pytest.mark.timeout(300)
def test_what_was_published_outlives_25_kills(
    tmp_path: Path, small_bundle: Path, goal: Record
) -> None:
    kill_often(Ward(tmp_path, small_bundle, seed=13), 25, goal)


@pytest.mark.soak
def test_what_was_published_outlives_200_kills(
    tmp_path: Path, small_bundle: Path, goal: Record
) -> None:
    kill_often(Ward(tmp_path, small_bundle, seed=14), 200, goal)


def test_the_comparison_would_tell_of_an_estimate_published_before_its_commit(
    tmp_path: Path, small_bundle: Path, goal: Record
) -> None:
    """The control: the journal's last row is taken out of a copy, as if it had come too late."""
    ward = Ward(tmp_path, small_bundle, seed=15)
    ward.live_and_be_killed()
    ward.scanner.close()
    said = ward.rows()
    copy = tmp_path / "copy"
    shutil.copytree(ward.journal.parent, copy)
    connection = sqlite3.connect(copy / ward.journal.name)
    connection.execute("DELETE FROM rows WHERE id = (SELECT max(id) FROM rows)")
    connection.commit()
    connection.close()

    found = compare(said, written(copy / ward.journal.name), {})

    goal("G13", "", control=f"last row taken out: {found.missing} published found missing")
    assert found.missing == 1


def fill(path: Path, count: int) -> Now:
    """A journal with one open exam of so many frames, written as a diary would."""
    at = Now(MODEL, {}, "n5-iqr30", 10**15, "boot", 0, 0)
    journal = open_journal(path, "normal", Limits(30, 2**40), ["room"], at)
    dice = random.Random(1)
    counts = (0,) * 8
    setup = SetUp(64, 64, "gray8", None, MODEL)
    entries = [_entry(0, Opened("room", "e1", "n5-iqr30", "boot")), _entry(1, setup)]
    for seq in range(count):
        fat_pct = round(dice.uniform(5, 9), 2)
        view: Any = ("AR", "HR")[seq // 900 % 2]
        frame = Frame(
            *(1, seq, seq * 33_000_000, seq, seq, view, view, None, 0, None),
            *(seq % 90 == 0, fat_pct, None, [], counts),
        )
        entries.append(_entry(seq + 2, frame))
        if len(entries) >= 5000:
            journal.store.append(entries)
            entries.clear()
    journal.files.head.begin(journal.store.append(entries))
    journal.store.close()
    journal.files.close()
    return at


def _entry(number: int, row: Row) -> Entry:
    return Entry(1, number, kind_of(row), encode(row))


ATTEMPTS = 3
"""A host's clock may be slow for a while; what is slow itself is slow every time."""


def least_restore_s(folder: Path, count: int, most_s: float) -> float:
    """CPU time to restore an exam, the least of so many attempts; one where that is enough."""
    least_s = float("inf")
    for attempt in range(ATTEMPTS):
        if least_s > most_s:
            place = folder / str(attempt)
            place.mkdir()
            least_s = min(least_s, restore_s(place, count))
    return least_s


def restore_s(folder: Path, count: int) -> float:
    at = fill(folder / "journal.db", count)
    start_s = time.process_time()
    journal = open_journal(folder / "journal.db", "full", Limits(30, 2**40), ["room"], at)
    took_s = time.process_time() - start_s
    ((_, exam),) = journal.restored["room"].exams
    assert sum(exam.reading.summary(view).frames for view in ("AR", "HR")) == count
    journal.store.close()
    journal.files.close()
    return took_s


@pytest.mark.parametrize(
    "count", [25_000, pytest.param(250_000, marks=pytest.mark.soak)], ids=["25k", "250k"]
)
def test_an_exam_is_restored_within_5_s_for_250_000_rows(
    tmp_path: Path, count: int, goal: Record
) -> None:
    most_s = 5 * count / 250_000

    took_s = least_restore_s(tmp_path, count, most_s)

    goal("G13", f"{count:,} rows restored in {took_s:.2f} s of CPU")
    assert took_s <= most_s


def test_a_journal_that_is_slow_to_restore_is_slow_every_time(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, goal: Record
) -> None:
    """The control: one slow attempt is the host's, three are the journal's."""
    for took_s, found_s in (([0.9, 0.2, 0.9], 0.2), ([0.9, 0.8, 0.7], 0.7)):
        left = iter(took_s)
        monkeypatch.setattr(sys.modules[__name__], "restore_s", lambda *_, left=left: next(left))
        folder = tmp_path / str(found_s)
        folder.mkdir()
        assert least_restore_s(folder, 25_000, 0.5) == found_s
    goal("G13", "", control="slow in each of three attempts: slow")
