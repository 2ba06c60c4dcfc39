"""A day of frames in minutes: the ledger stays exact and the daemon does not grow."""

import mmap
import os
import socket
import threading
from collections.abc import Callable

import pytest

from tests.goals import Record
from tests.system.bare_scanner import BareScanner
from tests.system.conftest import Place
from tests.system.footprint import Footprint, footprint

FRAMES = 24 * 3600 * 30
EXAM_FRAMES = 500
GROWTH_MIB = 5.0
"""After the first tenth."""


def one_exam(place: Place, number: int) -> dict[str, int]:
    """Send an exam as fast as possible, until its reading has come; the ledger in the reading."""
    place.scanner.exam = f"exam-{number}"
    for _ in range(EXAM_FRAMES):
        seq = place.scanner.seq
        place.scanner.frame(40 + seq % 190, view=("AR", "HR")[seq % 2])
    place.scanner.event("exam_end")
    reading = place.viewer.until(
        lambda message: message.kind == "reading" and message.fields["exam"] == place.scanner.exam
    ).fields
    place.viewer.messages.clear()
    return dict(reading["ledger"])


@pytest.mark.soak
def test_a_day_of_frames_leaves_no_trace_but_the_ledger(
    room: Callable[..., Place], goal: Record
) -> None:
    place = room(BareScanner())
    place.meet()
    after_a_tenth: Footprint | None = None
    for number in range(FRAMES // EXAM_FRAMES):
        ledger = one_exam(place, number)
        if number + 1 == FRAMES // EXAM_FRAMES // 10:
            after_a_tenth = footprint(place.daemon.pid)
    at_the_end = footprint(place.daemon.pid)

    assert after_a_tenth is not None
    growth_mib = at_the_end.resident_mib - after_a_tenth.resident_mib
    goal(
        "G4",
        f"{FRAMES:,} frames, a day of them at 30 fps: memory "
        f"{growth_mib:+.1f} MiB after a tenth, {ledger['read']:,} read, {ledger['gated']:,} gated, "
        f"{ledger['overwritten']:,} overwritten, {ledger['missing']} missing",
    )
    assert (ledger["sent"], ledger["missing"], ledger["invalid"]) == (FRAMES, 0, 0)
    assert ledger["read"] + ledger["gated"] + ledger["overwritten"] == FRAMES
    assert growth_mib <= GROWTH_MIB
    assert at_the_end[2:] == after_a_tenth[2:], "descriptors or threads"
    assert len(place.daemon.lines) < 20


@pytest.mark.soak
@pytest.mark.goal("G4", control="memory kept, a thread and a socket more: found")
def test_the_footprint_would_tell_of_a_leak() -> None:
    before = footprint(os.getpid())
    # Not from the heap, which may have room that was resident before.
    leak = mmap.mmap(-1, round(2 * GROWTH_MIB * 2**20))
    leak.write(b"x" * len(leak))
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    with socket.socket():
        after = footprint(os.getpid())
    done.set()
    thread.join()
    leak.close()

    assert after.resident_mib - before.resident_mib > GROWTH_MIB
    assert (after.descriptors - before.descriptors, after.threads - before.threads) == (1, 1)
