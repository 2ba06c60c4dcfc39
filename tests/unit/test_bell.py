"""The bell ends a wait for sockets, however often it is rung."""

import select
from collections.abc import Iterator

import pytest

from edge.bell import Bell


@pytest.fixture
def bell() -> Iterator[Bell]:
    bell = Bell()
    yield bell
    bell.close()


def rings(bell: Bell) -> bool:
    return bool(select.select([bell.fileno()], [], [], 0)[0])


def test_it_rings_until_it_is_hushed(bell: Bell) -> None:
    assert not rings(bell)
    bell.ring()
    bell.ring()
    assert rings(bell)
    bell.hush()
    assert not rings(bell)
    bell.hush()


def test_nobody_who_rings_is_ever_kept_waiting(bell: Bell) -> None:
    for _ in range(100_000):
        bell.ring()

    while rings(bell):
        bell.hush()
