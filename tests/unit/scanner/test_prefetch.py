import threading
from collections.abc import Iterator

import pytest

from edge.scanner.prefetch import Prefetch
from edge.scanner.source import SourceError


def test_items_come_in_order_and_then_it_is_finished() -> None:
    with Prefetch(range(100), depth=4) as items:
        taken = [items.take(5.0) for _ in range(100)]
        assert taken == list(range(100))
        assert not items.finished
        assert items.take(5.0) is None
        assert items.finished
        assert items.take(5.0) is None


def test_no_more_than_the_depth_is_read_ahead() -> None:
    read, three, release = [], threading.Event(), threading.Event()

    def numbers() -> Iterator[int]:
        for number in range(10):
            read.append(number)
            if number == 3:
                three.set()
            yield number

    with Prefetch(numbers(), depth=3) as items:
        assert three.wait(5)
        # The fourth is in the reader's hand and waits for room; the fifth is never asked for.
        release.wait(0.2)
        assert read == [0, 1, 2, 3]
        assert items.ahead == 1.0


def test_nothing_ready_gives_none_without_being_finished() -> None:
    gate = threading.Event()

    def slow() -> Iterator[int]:
        gate.wait(5)
        yield 1

    with Prefetch(slow()) as items:
        assert items.take(0.01) is None
        assert not items.finished
        assert items.ahead == 0
        gate.set()
        assert items.take(5.0) == 1


def test_an_error_comes_after_the_items_before_it() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise SourceError("clip: cut short")

    with Prefetch(broken()) as items:
        assert items.take(5.0) == 1
        with pytest.raises(SourceError, match="cut short"):
            items.take(5.0)


def test_leaving_ends_the_reader_of_an_endless_source() -> None:
    def endless() -> Iterator[int]:
        while True:
            yield 0

    with Prefetch(endless(), depth=2) as items:
        assert items.take(5.0) == 0
    assert not [thread for thread in threading.enumerate() if "prefetch" in thread.name]
