"""Frames of several scanners are read at the same time, and a fault in one is not hidden."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest

from edge import crew as module
from edge.crew import Crew

Work = Callable[[], int]
WAIT_S = 5.0


class Bell:
    def __init__(self) -> None:
        self.rung = threading.Semaphore(0)

    def ring(self) -> None:
        self.rung.release()

    def wait(self) -> None:
        assert self.rung.acquire(timeout=WAIT_S)


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
def crew(bell: Bell) -> Iterator[Crew[Work, int]]:
    made: Crew[Work, int] = Crew(2, lambda work: work(), bell.ring)
    yield made
    made.close()


def test_two_tasks_are_done_at_the_same_time(crew: Crew[Work, int], bell: Bell) -> None:
    meet = threading.Barrier(2, timeout=WAIT_S)
    for key in "ab":
        crew.begin(key, lambda: int(meet.wait() >= 0))
    for _ in range(2):
        bell.wait()

    assert [result for _, result in crew.collect()] == [1, 1]


def test_control_one_thread_would_never_have_both_under_way(bell: Bell) -> None:
    alone: Crew[Work, int] = Crew(1, lambda work: work(), bell.ring)
    meet = threading.Barrier(2, timeout=0.2)
    for key in "ab":
        alone.begin(key, lambda: int(meet.wait() >= 0))
    for _ in range(2):
        bell.wait()

    with pytest.raises(threading.BrokenBarrierError):
        alone.collect()
    alone.close()


def test_a_key_is_at_work_until_it_is_collected(crew: Crew[Work, int], bell: Bell) -> None:
    assert (crew.free, crew.at_work("a"), crew.any_done) == (True, False, False)
    crew.begin("a", lambda: 1)
    crew.begin("b", lambda: 2)
    for _ in range(2):
        bell.wait()

    assert (crew.free, crew.at_work("a"), crew.any_done) == (False, True, True)
    assert sorted(result for _, result in crew.collect()) == [1, 2]
    assert (crew.free, crew.at_work("a"), crew.any_done) == (True, False, False)


def test_what_a_task_raises_is_raised_to_whoever_collects(crew: Crew[Work, int]) -> None:
    crew.begin("a", lambda: 1 // 0)

    with pytest.raises(ZeroDivisionError):
        crew.rest()


def test_resting_waits_for_what_is_under_way(crew: Crew[Work, int]) -> None:
    ends = threading.Event()
    crew.begin("a", lambda: int(ends.wait(WAIT_S)))
    threading.Timer(0.1, ends.set).start()

    assert [result for _, result in crew.rest()] == [1]


def test_a_task_that_takes_longer_than_any_can_is_a_sign_of_death(
    crew: Crew[Work, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    ends = threading.Event()
    assert crew.gets_on
    crew.begin("a", lambda: int(ends.wait(WAIT_S)))
    assert crew.gets_on
    monkeypatch.setattr(module, "HUNG_S", 0.05)
    time.sleep(0.06)

    assert not crew.gets_on
    assert crew.rest() == [], "nobody waits for what never ends"
    ends.set()
