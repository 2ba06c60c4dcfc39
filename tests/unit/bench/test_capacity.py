import numpy as np
import pytest

from bench.capacity import Attempt, Point, search
from bench.timeline import Timeline

NONE = np.zeros(0)


def attempt(p99_ms: float = 10.0, lost: int = 0) -> Attempt:
    count = 200
    e2e_ms = np.full(count, p99_ms)
    whole = Timeline(np.arange(count), np.zeros(count, np.int64), e2e_ms, NONE, NONE, {})
    return Attempt(whole, count + lost, 3.0, 1000 / 30)


def point(scanners: int, *attempts: Attempt) -> Point:
    return Point(scanners, list(attempts), "fp32", "cpu")


def test_a_try_holds_where_nothing_is_lost_and_the_tail_is_within_a_period():
    assert attempt().holds
    assert not attempt(lost=1).holds
    assert not attempt(p99_ms=33.4).holds


def test_two_of_three_tries_decide():
    assert point(1, attempt(), attempt(lost=1), attempt()).carried
    assert not point(1, attempt(lost=1), attempt(), attempt(lost=2)).carried
    assert point(1, attempt(), attempt()).carried


def test_the_try_that_is_shown_went_the_way_of_most():
    assert point(1, attempt(lost=1), attempt(7.0), attempt(8.0)).typical.p99_ms == 7
    assert point(1, attempt(), attempt(lost=4), attempt(lost=5)).typical.lost == 4


@pytest.mark.parametrize("most", [1, 2, 3, 5, 6, 7, 8, 13, 31, 32])
def test_the_search_ends_at_the_largest_number_that_is_carried(most):
    tried: list[int] = []

    def measured(scanners: int) -> Point:
        tried.append(scanners)
        one = attempt() if scanners <= most else attempt(lost=1)
        return point(scanners, one, one)

    found = search(measured, 32)
    assert max(each.scanners for each in found if each.carried) == most
    assert len(tried) == len(set(tried)) <= 10
    assert [each.scanners for each in found] == sorted(tried)


def test_a_machine_that_carries_none_is_told_so():
    found = search(lambda scanners: point(scanners, attempt(lost=1), attempt(lost=1)), 32)
    assert [(each.scanners, each.carried) for each in found] == [(1, False)]
