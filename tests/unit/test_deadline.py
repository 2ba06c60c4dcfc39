"""An inference that never ends is ended, and one that ends in time is let alone."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from edge.contract.bundle import read_bundle
from edge.deadline import Deadline, OverdueError, RunOptions
from edge.runner import Runner
from edge.runner_sessions import new_run_options
from tests import endless
from tests.bundles import TRUST
from tests.goals import Record

LIMIT_S = 0.2


class Options:
    terminate = False


@pytest.fixture
def deadline() -> Iterator[Deadline]:
    deadline = Deadline(LIMIT_S, new_run_options)
    yield deadline
    deadline.close()


@pytest.fixture
def runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deadline: Deadline) -> Runner:
    """Networks of which AR's never ends on a bright window."""
    endless.allow(monkeypatch.setattr)
    runner = Runner(read_bundle(endless.make_endless_bundle(tmp_path / "endless"), TRUST), "cpu")
    runner.deadline = deadline
    return runner


def window(gray: int) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    return np.full((64, 64), gray, np.uint8)


def test_an_endless_network_is_ended_at_its_deadline_and_the_next_frame_is_read(
    runner: Runner, goal: Record
) -> None:
    took_s = []
    for _ in range(5):
        started_s = time.monotonic()
        with pytest.raises(OverdueError, match=r"more than 0\.2 s"):
            runner.infer("AR", window(endless.BRIGHT_GRAY))
        took_s.append(time.monotonic() - started_s)
        assert runner.infer("AR", window(80)).fat_pct == pytest.approx(8.0)

    late_ms = [1e3 * (each_s - LIMIT_S) for each_s in sorted(took_s)]
    told = f"{late_ms[2]:.0f} ms, at most {late_ms[-1]:.0f} ms"
    goal("G12", f"endless inference ended {told} after its deadline, 5 times")
    assert late_ms[0] >= 0
    assert late_ms[2] <= 100, "the median: a busy machine may be late once"


def test_without_a_deadline_it_goes_on(runner: Runner, deadline: Deadline, goal: Record) -> None:
    """The control: only the deadline ends it, here one five times as long."""
    deadline.limit_s = 5 * LIMIT_S
    started_s = time.monotonic()

    with pytest.raises(OverdueError):
        runner.infer("AR", window(endless.BRIGHT_GRAY))

    took_s = time.monotonic() - started_s
    goal("G12", "", control=f"with a later deadline it ran on, for {took_s:.2f} s")
    assert took_s >= 5 * LIMIT_S


def test_an_inference_in_time_wakes_nobody() -> None:
    looks = 0

    class Counting(Deadline):
        def _end_overdue(self, now_s: float) -> float:
            nonlocal looks
            looks += 1
            return super()._end_overdue(now_s)

    deadline = Counting(60.0, Options)
    while not looks:
        time.sleep(0.001)
    for _ in range(1000):
        with deadline as options:
            assert not options.terminate
    deadline.close()

    assert looks == 1


def test_an_inference_that_ends_by_itself_at_the_last_moment_counts() -> None:
    made: list[Options] = []

    def new_options() -> RunOptions:
        made.append(Options())
        return made[-1]

    deadline = Deadline(0.01, new_options)
    with deadline as options:
        while not options.terminate:
            time.sleep(0.001)
    with deadline as fresh:
        assert not fresh.terminate
    deadline.close()

    assert len(made) == 2


def test_inferences_of_two_threads_are_ended_each_at_its_own_time(deadline: Deadline) -> None:
    ended: dict[str, bool] = {}

    def infer(name: str, takes_s: float) -> None:
        with deadline as options:
            started_s = time.monotonic()
            while time.monotonic() - started_s < takes_s and not options.terminate:
                time.sleep(0.005)
            ended[name] = options.terminate

    both = [
        threading.Thread(target=infer, args=("endless", 5.0)),
        threading.Thread(target=infer, args=("quick", LIMIT_S / 2)),
    ]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()

    assert ended == {"endless": True, "quick": False}
