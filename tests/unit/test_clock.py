"""K1, K2: jumps of the wall clock and its synchronisation, with clocks that the test owns."""

import pytest

from edge.clock import ClockWatch, Sync
from edge.clock.sync import STA_NANO, STA_UNSYNC, TIME_ERROR, interpret

SECOND = 10**9


class Clocks:
    """A wall clock and a monotonic one; reading them takes `reading_ns`."""

    def __init__(self) -> None:
        self.wall_ns, self.monotonic_ns, self.reading_ns = 1_800_000_000 * SECOND, SECOND, 100
        self.sync = Sync(True, 0.0)
        self.steps: list[float] = []
        self.watch = ClockWatch(
            self.steps.append,
            wall_ns=lambda: self.wall_ns,
            monotonic_ns=self._monotonic,
            read=lambda: self.sync,
        )

    def _monotonic(self) -> int:
        self.pass_ns(self.reading_ns)
        return self.monotonic_ns

    def pass_ns(self, spent_ns: int) -> None:
        self.wall_ns += spent_ns
        self.monotonic_ns += spent_ns


@pytest.mark.parametrize("step_s", [3600, -3600, 1.5, -1.5])
def test_a_step_is_told_once_with_its_size(step_s: float) -> None:
    clocks = Clocks()
    for turn in range(10):
        clocks.pass_ns(SECOND)
        clocks.wall_ns += round(step_s * SECOND) * (turn == 4)
        clocks.watch.look()

    assert clocks.steps == pytest.approx([step_s], abs=1e-6)
    assert clocks.watch.steps == 1


def test_slewing_and_a_small_correction_are_no_steps() -> None:
    clocks = Clocks()
    for _ in range(3600):
        clocks.pass_ns(SECOND)
        clocks.wall_ns += 500_000  # 0.5 ms a second, the most that slewing does
        clocks.watch.look()
    clocks.wall_ns += SECOND
    clocks.watch.look()

    assert clocks.steps == []


def test_a_process_that_stood_still_for_a_minute_saw_no_step() -> None:
    clocks = Clocks()
    clocks.pass_ns(60 * SECOND)
    clocks.watch.look()

    assert clocks.steps == []


def test_a_reading_that_was_torn_apart_is_not_used() -> None:
    clocks = Clocks()
    clocks.reading_ns = 5 * SECOND
    clocks.watch.look()
    clocks.reading_ns = 100
    clocks.watch.look()

    assert clocks.steps == []


@pytest.mark.parametrize(
    ("sync", "says"),
    [
        (Sync(True, 0.2), ""),
        (Sync(None), ""),
        (Sync(False), "not synchronised; run chrony"),
        (Sync(True, 1.5), r"\+1.5 s off"),
        (Sync(True, -3.0), r"-3.0 s off"),
    ],
)
def test_a_clock_that_is_off_or_not_synchronised_is_a_fault(sync: Sync, says: str) -> None:
    clocks = Clocks()
    clocks.sync = sync
    clocks.watch.look()

    assert bool(clocks.watch.fault) == bool(says)
    if says:
        with pytest.raises(ValueError, match=says):
            raise ValueError(clocks.watch.fault)


@pytest.mark.parametrize(
    ("state", "status", "offset", "sync"),
    [
        (0, 0, 1500, Sync(True, 0.0015)),
        (0, STA_NANO, 1500, Sync(True, 1.5e-6)),
        (0, STA_UNSYNC, 0, Sync(False)),
        (TIME_ERROR, 0, 0, Sync(False)),
    ],
)
def test_the_kernels_answer_is_understood(state: int, status: int, offset: int, sync: Sync) -> None:
    assert interpret(state, status, offset) == sync


def test_an_unknown_offset_is_told_as_none_on_the_wire() -> None:
    clocks = Clocks()
    assert clocks.watch.offset_ms == 0.0

    clocks.sync = Sync(False)
    clocks.watch.look()

    assert clocks.watch.offset_ms is None
