"""A journal at a daemon's start: opened, gone through, and what was open taken up again."""

import itertools
import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from edge.contract.interval import IntervalTable
from edge.contract.messages import ModelInfo
from edge.gate import network_of
from edge.journal import rows
from edge.journal.boot import boot_id
from edge.journal.diary import Diary, Record
from edge.journal.files import JournalFiles, refusal
from edge.journal.head import read_head
from edge.journal.replay import Replay
from edge.journal.restore import Found, restore
from edge.journal.restored import Restored
from edge.journal.rows import NO_EXAM, Entry, Row
from edge.journal.store import Limits, Store
from edge.journal.streams import ledger_from
from edge.journal.writer import Writer
from edge.reading import RuleId

log = logging.getLogger(__name__)

Intervals = Mapping[str, IntervalTable]


@dataclass(frozen=True)
class Now:
    """What runs from this start on.

    idle_ns: an exam without a frame for so long is left to be ended as it was. mono_ns, utc_ns: the
    time, on both clocks; boot: that the first belongs to.
    """

    model: ModelInfo
    intervals: Intervals
    rule: RuleId
    idle_ns: int
    boot: str
    mono_ns: int
    utc_ns: int


@dataclass(frozen=True)
class OpenedJournal:
    """A journal that is ready to be written; start the writer, and close the files at the end."""

    files: JournalFiles
    store: Store
    diaries: dict[str, Diary]
    restored: dict[str, Restored]
    new_diary: Callable[[str], Diary]

    def place(self, scanner: str) -> tuple[Diary, Restored]:
        """A scanner's diary, and what an earlier run has left of it: once, and then nothing."""
        if scanner not in self.diaries:
            self.diaries[scanner] = self.new_diary(scanner)
        return self.diaries[scanner], self.restored.pop(scanner, Restored())

    def writer(self, ready: threading.Condition) -> Writer:
        """Its thread, not started yet."""
        return Writer(self.files, self.store, ready)


def now(model: ModelInfo, intervals: Intervals, rule: RuleId, exam_idle_s: float) -> Now:
    """What runs, and the time on both clocks."""
    idle_ns = round(exam_idle_s * 1e9)
    clocks = (boot_id(), time.monotonic_ns(), time.time_ns())
    return Now(model, intervals, rule, idle_ns, *clocks)


def open_journal(
    path: Path, durability: str, limits: Limits, scanners: Sequence[str], at: Now
) -> OpenedJournal:
    """Open a journal and go through what a start needs.

    Raises:
        JournalError: it cannot be used; nothing is left open.
    """
    files = JournalFiles(path, durability, limits)
    try:
        store = files.first_open()
        try:
            return _take_up(files, store, scanners, at)
        except sqlite3.Error as error:
            store.close()
            raise refusal(path, "read", error) from error
        except BaseException:
            store.close()
            raise
    except BaseException:
        files.close()
        raise


def _take_up(files: JournalFiles, store: Store, scanners: Sequence[str], at: Now) -> OpenedJournal:
    start_s = time.monotonic()
    found = restore(store.connection, files.chain, read_head(files.path, files.chain))
    ids = itertools.count(found.progress.next_exam)
    diaries = {name: Diary(name, at.boot, ids) for name in scanners}
    restored = {
        name: Restored(
            ledger=ledger_from(found.progress.streams, name),
            frozen=found.progress.frozen.get(name),
        )
        for name in scanners
    }
    first = [*_note_damage(found, at), *_resume(found, diaries, restored, at)]
    _distrust(found, diaries)
    _write_first(files, store, found, first)
    _tell(files, found, time.monotonic() - start_s)
    return OpenedJournal(files, store, diaries, restored, lambda name: Diary(name, at.boot, ids))


def _note_damage(found: Found, at: Now) -> list[Entry]:
    if not (found.damaged or found.lossy):
        return []
    return [_entry(NO_EXAM, 0, rows.Damage(sorted(found.damaged), at.utc_ns))]


def _resume(
    found: Found, diaries: dict[str, Diary], restored: dict[str, Restored], at: Now
) -> list[Entry]:
    """Hand each open exam to its scanner; those of scanners that are no longer set are given up."""
    first = []
    for replay in found.replays.values():
        scanner, name = replay.opened.scanner, replay.opened.exam
        if scanner not in diaries:
            first.append(_entry(replay.id, replay.number, rows.Ended(None, at.utc_ns)))
            continue
        row = _bring_up_to_date(replay, at)
        first.append(_entry(replay.id, replay.number, row))
        replay.apply(row)
        diaries[scanner].adopt(name, Record(replay.id, replay.number, replay.written))
        restored[scanner].exams.append((name, replay.exam))
    return first


def _bring_up_to_date(replay: Replay, at: Now) -> rows.Resumed:
    """Put its last frame on this clock; begin anew what another model or rule would go on with."""
    idle_ns = _idle_ns(replay, at)
    replay.exam.last_ns = at.mono_ns - idle_ns
    same_model = replay.model is None or network_of(replay.model) == network_of(at.model)
    if same_model:
        replay.calibrate(at.intervals)
    if idle_ns > at.idle_ns or (same_model and replay.exam.reading.rule == at.rule):
        return rows.Resumed(at.boot, None)
    replay.calibrate(at.intervals)
    return rows.Resumed(at.boot, at.rule)


def _idle_ns(replay: Replay, at: Now) -> int:
    """Since its last frame: on the monotonic clock if it is still the same, else on the other."""
    if replay.last is None:
        return 0
    if replay.boot == at.boot and at.mono_ns >= replay.last.mono_ns:
        return at.mono_ns - replay.last.mono_ns
    return max(0, at.utc_ns - replay.last.utc_ns)


def _distrust(found: Found, diaries: dict[str, Diary]) -> None:
    names = [found.names[exam] for exam in found.damaged if exam in found.names]
    for scanner, diary in diaries.items():
        of_it = {exam for its, exam in names if its == scanner}
        diary.distrust(of_it, lossy=found.lossy)


def _write_first(files: JournalFiles, store: Store, found: Found, entries: Sequence[Entry]) -> None:
    """Write the first rows and the state, which also shows that the journal can be written."""
    store.progress = found.progress.touched()
    try:
        files.head.begin(store.append(entries))
    except (sqlite3.Error, OSError) as error:
        raise refusal(files.path, "written", error) from error


def _tell(files: JournalFiles, found: Found, took_s: float) -> None:
    """Say what was found; an exam's id is the patient's business and stays out of the log."""
    if found.damaged or found.lossy:
        log.error(
            "journal: rows are damaged or missing; %d exams that were open cannot be proven and "
            "begin afresh; `python -m edge journal verify --journal %s` tells more",
            len(found.damaged),
            files.path,
        )
    if found.replays:
        log.info("journal: %d open exams restored in %.2f s", len(found.replays), took_s)


def _entry(exam: int, number: int, row: Row) -> Entry:
    return Entry(exam, number, rows.kind_of(row), rows.encode(row))
