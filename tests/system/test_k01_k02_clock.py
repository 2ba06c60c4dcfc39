"""K1, K2: the wall clock may jump as it likes; and where it is wrong, health and status say so."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edge.audit import records
from tests.goals import Record
from tests.system import odd_daemon
from tests.system.keyed_room import KeyedRoom
from tests.system.probe import ask, metrics, until

OFFSETS_S = (3600.0, 0.0, -3600.0, -3601.5, -3598.0)
"""Of the wall clock, one after the other: an hour ahead, back, an hour behind, small steps."""

FRAMES = 4
"""In each of these times."""

FROZEN_S = 2.5
LONGEST_S = 10.0

Said = list[tuple[Any, ...]]


def play(room: KeyedRoom, offsets_s: tuple[float, ...]) -> Said:
    """An exam with the clock stepped in between; what is said of each frame, in order."""
    gray = iter(range(60, 200, 3))
    room.meet()
    room.scanner.exam = "exam-2"
    room.scanner.new_epoch()
    for step, offset_s in enumerate((0.0, *offsets_s)):
        room.odd.write_text(str(offset_s))
        _wait_for_steps(room, step if any(offsets_s) else 0)
        for _ in range(FRAMES):
            room.scanner.frame(next(gray), capture_ns=room.scanner.seq * 33_000_000)
            room.viewer.find(_is_of(room.scanner.seq - 1), LONGEST_S)
    return [_said(fields) for fields in room.viewer.estimates("exam-2")]


def _wait_for_steps(room: KeyedRoom, count: int) -> None:
    """Until the daemon has seen so many steps; the scanner says meanwhile that it is there."""
    ends_s = time.monotonic() + LONGEST_S
    while time.monotonic() < ends_s:
        room.scanner.event("status")
        if metrics(room.daemon)["steatoscope_clock_steps_total"] >= count:
            return
        time.sleep(0.2)


def _is_of(seq: int) -> Callable[[Any], bool]:
    return lambda message: message.kind == "fat" and message.fields["seq"] == seq


def _said(fields: dict[str, Any]) -> tuple[Any, ...]:
    """All that must not hang on the clock."""
    names = ("seq", "fat_pct", "median_pct", "iqr_pct", "frames", "holds", "verdict")
    return tuple(fields[name] for name in names)


def trial(folder: Path, bundle: Path, offsets_s: tuple[float, ...]) -> Any:
    """(what was said, readings before the end, steps recorded, states, ages ms)."""
    folder.mkdir()
    with KeyedRoom(folder, bundle, odd_daemon.program(odd_daemon.wall_stepped)) as room:
        said = play(room, offsets_s)
        if any(offsets_s):
            os.kill(room.daemon.pid, signal.SIGSTOP)
            time.sleep(FROZEN_S)
            os.kill(room.daemon.pid, signal.SIGCONT)
            room.viewer.find(lambda message: message.kind == "status", LONGEST_S)
        messages = list(room.viewer.messages)
        state = room.state
    fields = [message.fields for message in messages]
    return (
        said,
        [found for found in fields if "acquisitions" in found],
        [record["seconds"] for record in records(state) if record["event"] == "clock_step"],
        {found["state"] for found in fields if "state" in found},
        [found["age_ms"] for found in fields if "age_ms" in found],
    )


def test_no_step_of_the_clock_changes_order_time_limits_or_medians(
    tmp_path: Path, small_bundle: Path, goal: Record
) -> None:
    still, *_ = trial(tmp_path / "still", small_bundle, (0.0,) * 5)
    stepped = trial(tmp_path / "stepped", small_bundle, OFFSETS_S)
    said, readings, steps, states, ages_ms = stepped

    goal(
        "K1",
        f"{len(steps)} steps of {', '.join(f'{step:+.1f}' for step in steps)} s and a daemon "
        f"stopped for {FROZEN_S} s: {len(said)} estimates as without, each step recorded once",
    )
    assert said == still
    assert len(said) == FRAMES * 6
    assert (readings, states <= {"starting", "ready", "stale", "no_source"}) == ([], True)
    assert 0 <= min(ages_ms) <= max(ages_ms) < 5000
    assert steps == pytest.approx([3600, -3600, -3600, -1.5, 3.5], abs=0.1)


def test_steps_of_the_clock_that_times_it_would_be_seen(
    tmp_path: Path, small_bundle: Path, goal: Record
) -> None:
    """The control: the same steps of the monotonic clock, which no system makes."""
    with KeyedRoom(
        tmp_path, small_bundle, odd_daemon.program(odd_daemon.monotonic_stepped)
    ) as room:
        room.meet()
        room.scanner.frame(exam="exam-2")
        room.viewer.estimate(room.scanner.seq - 1)
        room.odd.write_text("3600")
        ended = room.viewer.until(lambda message: message.kind == "reading").fields["exam"]

    goal("K1", "", control=f"a daemon timed by a clock that jumps an hour ended {ended} early")


def test_a_clock_that_is_off_is_told_in_health_and_status(
    tmp_path: Path, small_bundle: Path, goal: Record
) -> None:
    with KeyedRoom(tmp_path, small_bundle, odd_daemon.program(odd_daemon.clock_off)) as room:
        room.odd.write_text("0.004")
        until(room.daemon, "/readyz", lambda answer: answer.status == 200)
        right, _ = until(
            room.daemon, "/readyz", lambda answer: answer.reason("clock") == "ok: is synchronised"
        )
        room.viewer.until(lambda message: message.fields.get("clock_offset_ms") == 4.0)
        room.odd.write_text("1.5")
        off, spent_s = until(room.daemon, "/readyz", lambda answer: "off" in answer.reason("clock"))
        status = room.viewer.until(lambda message: message.fields.get("clock_offset_ms") == 1500.0)
        offset_s = metrics(room.daemon)["steatoscope_clock_offset_seconds"]
        metrics_text = ask(room.daemon, "/metrics").body.decode()

    goal(
        "K2",
        f"1.5 s off: a warning in health after {spent_s:.1f} s, 1500 ms in the status",
        control="4 ms off: no warning",
    )
    assert (right.status, off.status) == (200, 200)
    assert off.reason("clock").startswith("warn: the clock is +1.5 s off")
    assert (status.kind, offset_s) == ("status", 1.5)
    assert 'steatoscope_check_ok{check="clock"} 0' in metrics_text
