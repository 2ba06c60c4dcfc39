import json
import multiprocessing
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from edge.audit import Audit, AuditError, RefusalLimit, Trail, last, records, verify
from edge.audit.trail import files

COUNT = 12

Harm = Callable[[Path], None]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A trail of COUNT records in several files."""
    trail = Trail(tmp_path, file_bytes=600)
    for number in range(COUNT):
        trail.append("clock_step", seconds=number)
    return tmp_path


def newest(folder: Path) -> Path:
    return files(folder)[-1]


def edit(folder: Path) -> None:
    path = files(folder)[0]
    assert b'"seconds":1' in path.read_bytes()
    path.write_bytes(path.read_bytes().replace(b'"seconds":1', b'"seconds":9'))


def take_a_line_out(folder: Path) -> None:
    path = files(folder)[0]
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:1] + lines[2:]))


def swap_two_lines(folder: Path) -> None:
    path = files(folder)[0]
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[1], lines[0], *lines[2:]]))


def cut_the_end_off(folder: Path) -> None:
    lines = newest(folder).read_bytes().splitlines(keepends=True)
    newest(folder).write_bytes(b"".join(lines[:-1]))


def cut_the_last_line_short(folder: Path) -> None:
    os.truncate(newest(folder), newest(folder).stat().st_size - 5)


def remove_a_file(folder: Path) -> None:
    files(folder)[1].unlink()


def remove_the_last_file(folder: Path) -> None:
    newest(folder).unlink()


def remove_all_records(folder: Path) -> None:
    for path in files(folder):
        path.unlink()


def remove_the_head(folder: Path) -> None:
    (folder / "head.json").unlink()


def shorten_trail_and_head(folder: Path) -> None:
    """The head's seal is not its own: the count is set back with the seal of the record before."""
    cut_the_end_off(folder)
    head = json.loads((folder / "head.json").read_text())
    head["count"] -= 1
    head["mac"] = json.loads(newest(folder).read_bytes().splitlines()[-1])["mac"]
    (folder / "head.json").write_text(json.dumps(head, separators=(",", ":")))


def add_a_line(folder: Path) -> None:
    with newest(folder).open("ab") as file:
        file.write(newest(folder).read_bytes().splitlines(keepends=True)[-1])


def change_the_key(folder: Path) -> None:
    (folder / "key").write_text("00" * 32)


HARMS = (
    edit,
    take_a_line_out,
    swap_two_lines,
    cut_the_end_off,
    cut_the_last_line_short,
    remove_a_file,
    remove_the_last_file,
    remove_all_records,
    remove_the_head,
    shorten_trail_and_head,
    add_a_line,
    change_the_key,
)


def test_a_trail_as_it_was_written_is_whole(state: Path) -> None:
    report = verify(state)

    assert (report.problems, report.records, report.last) == ([], COUNT, COUNT)
    assert [record["seconds"] for record in records(state)] == list(range(COUNT))


@pytest.mark.parametrize("harm", HARMS)
def test_whatever_is_done_to_it_is_found(state: Path, harm: Harm) -> None:
    harm(state / "audit")

    assert verify(state).problems


def test_each_flipped_bit_of_the_records_is_found(state: Path) -> None:
    path = files(state / "audit")[0]
    data = path.read_bytes()
    missed = []
    for place in range(0, len(data), 7):
        spoilt = bytearray(data)
        spoilt[place] ^= 1 << (place % 8)
        path.write_bytes(bytes(spoilt))
        if verify(state).whole:
            missed.append(place)

    assert missed == []


def test_key_and_records_are_their_owners_alone(state: Path) -> None:
    folder = state / "audit"

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    for path in (folder / "key", folder / "head.json", *files(folder)):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_a_tampered_head_is_not_written_on_so_that_it_stays_evidence(state: Path) -> None:
    remove_the_head(state / "audit")

    with pytest.raises(AuditError, match=r"head.json is missing.*move the folder away"):
        Trail(state).append("start")


def test_the_oldest_files_go_and_the_rest_stays_whole(tmp_path: Path) -> None:
    trail = Trail(tmp_path, file_bytes=300, files_kept=3)
    for number in range(40):
        trail.append("clock_step", seconds=number)
        assert verify(tmp_path).whole
        assert len(files(tmp_path / "audit")) <= 3

    report = verify(tmp_path)
    assert 1 < report.first < report.last == 40


def test_a_crash_between_record_and_head_loses_neither(state: Path) -> None:
    head = (state / "audit" / "head.json").read_bytes()
    Trail(state).append("start")
    (state / "audit" / "head.json").write_bytes(head)

    assert verify(state).whole
    Trail(state).append("stop")

    assert [record["event"] for record in records(state)][-2:] == ["start", "stop"]
    assert verify(state).whole


def test_a_stump_of_a_record_is_cut_off_and_told(state: Path) -> None:
    with newest(state / "audit").open("ab") as file:
        file.write(b'{"n":13,"ts":"2026')

    Trail(state).append("stop")

    *_, mended, stop = records(state)
    assert (mended["event"], mended["bytes"], stop["event"]) == ("trail_mended", 18, "stop")
    assert verify(state).whole


def _append(state: Path) -> None:
    for _ in range(20):
        Trail(state).append("start")


def test_two_processes_write_one_trail(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_append, args=(tmp_path,)) for _ in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()

    report = verify(tmp_path)
    assert (report.problems, report.records) == ([], 60)


def test_the_newest_record_of_an_event_is_found(state: Path) -> None:
    found = last(state, "clock_step")

    assert found is not None
    assert found["seconds"] == COUNT - 1
    assert last(state, "start") is None


def test_records_come_from_a_thread_of_their_own_in_order(tmp_path: Path) -> None:
    with Audit(tmp_path) as audit:
        for number in range(30):
            audit.record("clock_step", seconds=number)

    assert [record["seconds"] for record in records(tmp_path)] == list(range(30))
    assert (audit.written, audit.lost, audit.fault) == (30, 0, "")


def test_a_trail_that_cannot_be_written_stops_nobody_and_is_told(tmp_path: Path) -> None:
    (tmp_path / "audit").touch()

    with Audit(tmp_path) as audit:
        audit.record("start")

    assert (audit.written, audit.lost) == (0, 1)
    assert "cannot be written" in audit.fault


def test_once_it_can_be_written_again_the_lost_ones_are_counted_in_it(tmp_path: Path) -> None:
    (tmp_path / "audit").touch()
    audit = Audit(tmp_path)
    with audit:
        audit.record("start")
        audit.record("stop")
        while audit.lost < 2:
            pass
        (tmp_path / "audit").unlink()
        audit.record("clock_step", seconds=3)

    assert [record["event"] for record in records(tmp_path)] == ["records_lost", "clock_step"]
    assert next(records(tmp_path))["count"] == 2
    assert audit.fault == ""


def test_a_peer_is_recorded_once_a_minute_and_all_together_sixty_times_an_hour() -> None:
    now_s = 0.0
    limit = RefusalLimit(lambda: now_s)
    assert [limit.left_out("one") for _ in range(4)] == [0, None, None, None]
    now_s = 61.0
    assert limit.left_out("one") == 3

    recorded = [limit.left_out(f"peer {number}") for number in range(500)]

    assert sum(left_out is not None for left_out in recorded) == 58
    now_s = 3600.0 + 61.0
    assert limit.left_out("late") == 442
