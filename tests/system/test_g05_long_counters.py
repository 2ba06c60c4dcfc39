"""G5: ten thousand exams, and sequence numbers beyond what 32 bits and a double hold."""

import statistics
from collections.abc import Callable

import pytest

from tests.goals import Record
from tests.system.bare_scanner import BareScanner
from tests.system.conftest import Place
from tests.system.footprint import footprint

GROWTH_MIB = 5.0
OPEN_AT_MOST = 8
FRAMES = 3
STARTS = (2**32 - 1000, 2**53 - 1000)
"""So that the numbers pass 2^32 and 2^53 on the way."""


def medians_of(place: Place, first: int, exams: int) -> int:
    """Play exams of a few frames, each ended; how many readings had another median than ours."""
    place.scanner.new_epoch()
    place.scanner.seq = first
    wrong = 0
    for number in range(exams):
        place.scanner.exam = f"exam-{first}-{number}"
        grays = [40 + (number * 7 + frame * 31) % 150 for frame in range(FRAMES)]
        for gray in grays:
            place.scanner.frame(gray)
            place.viewer.estimate(place.scanner.seq - 1)
        place.scanner.event("exam_end")
        reading = place.viewer.until(lambda message: message.kind == "reading").fields
        wrong += reading["exam"] != place.scanner.exam
        wrong += reading["views"]["AR"]["median_pct"] != statistics.median(grays) / 10
        place.viewer.messages.clear()
    assert place.scanner.seq > first + 1000
    return wrong


def play(room: Callable[..., Place], exams: int, goal: Record) -> None:
    place = room(BareScanner())
    place.meet()
    each = exams // len(STARTS) // 2
    medians_of(place, 0, max(each // 5, 400))
    before = footprint(place.daemon.pid)
    wrong = sum(medians_of(place, first, each) for _ in range(2) for first in STARTS)
    growth_mib = footprint(place.daemon.pid).resident_mib - before.resident_mib

    told = f"{wrong} wrong readings, memory {growth_mib:+.1f} MiB"
    goal("G5", f"{4 * each:,} exams past 2^32 and 2^53: {told}")
    assert wrong == 0
    assert growth_mib <= GROWTH_MIB


def test_counters_are_right_beyond_32_bits_and_what_a_double_holds(
    room: Callable[..., Place], goal: Record
) -> None:
    play(room, 1600, goal)


@pytest.mark.soak
def test_ten_thousand_exams_leave_nothing_behind(room: Callable[..., Place], goal: Record) -> None:
    play(room, 10_000, goal)


@pytest.mark.goal("G5", control="numbers kept as doubles: 2^53 + 1 is taken for a duplicate")
def test_control_numbers_kept_as_doubles_would_be_wrong(place: Place) -> None:
    for seq in (2**53, 2**53 + 1):
        place.scanner.frame(seq=seq)
        exact = place.viewer.estimate(seq).fields["ledger"]
    for seq in (float(2**53), float(2**53 + 1)):
        place.scanner.frame(seq=int(seq) + 2)
    rounded = place.until_status(lambda fields: fields["ledger"]["duplicate"] > 0)["ledger"]

    assert (exact["read"], exact["duplicate"]) == (2, 0)
    assert (rounded["read"], rounded["duplicate"]) == (3, 1)
