import pytest

from edge.scanner.pacing import Heartbeat, Schedule, Tally


def test_a_rate_gives_due_times_that_never_drift() -> None:
    schedule = Schedule(30.0, start_ns=1000)
    assert schedule.due_ns(0, 99.0) == 1000
    assert schedule.due_ns(3_000_000, 99.0) == 1000 + 100_000 * 10**9


def test_original_times_count_from_the_start() -> None:
    assert Schedule("original", start_ns=1000).due_ns(7, 0.25) == 1000 + 250_000_000


def test_fast_frames_are_due_at_once() -> None:
    assert Schedule("fast", start_ns=1000).due_ns(7, 0.25) is None


def test_the_tally_knows_rate_and_worst_lateness() -> None:
    tally = Tally()
    for frame, late_ns in enumerate((0, 3000, 1000, 0, 0)):
        due_ns = frame * 50_000_000
        tally.sent(due_ns + late_ns, due_ns)
    assert (tally.frames, tally.worst_late_ns) == (5, 3000)
    assert tally.seconds == pytest.approx(0.2)
    assert tally.fps == pytest.approx(20)


def test_no_frame_or_one_has_no_rate() -> None:
    tally = Tally()
    assert (tally.seconds, tally.fps) == (0, 0)
    tally.sent(5, None)
    assert (tally.frames, tally.fps, tally.worst_late_ns) == (1, 0, 0)


def test_the_heart_beats_once_a_second_and_makes_up_for_nothing() -> None:
    second = 10**9
    heartbeat = Heartbeat(now_ns=5 * second)
    assert heartbeat.beat(5 * second)
    assert not heartbeat.beat(6 * second - 1)
    assert heartbeat.left_ns(6 * second - 1) == 1
    assert heartbeat.beat(6 * second + 1)
    assert heartbeat.beat(9 * second + 500)
    assert not heartbeat.beat(10 * second - 1)
    assert heartbeat.beat(10 * second)
