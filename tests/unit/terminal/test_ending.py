from edge.terminal.ending import SETTLE_S, FirstPicture, FirstReading, Never
from tests.daemon_messages import START_NS, estimate, reading, status


def test_the_picture_is_whole_a_moment_after_the_first_message() -> None:
    ending = FirstPicture()

    assert not ending.reached(100.0)
    ending.take(status()[1], 100.0)
    ending.take(estimate()[1], 100.0 + SETTLE_S / 2)
    assert not ending.reached(100.0 + SETTLE_S / 2)
    assert ending.reached(100.1 + SETTLE_S)


def test_a_reading_ends_the_wait_and_nothing_else_does() -> None:
    ending = FirstReading()
    for message in (status()[1], estimate()[1]):
        ending.take(message, 1.0)
        assert not ending.reached(1.0)

    ending.take(reading(publish_ns=START_NS + 1)[1], 2.0)

    assert ending.reached(2.0)


def test_a_reading_of_before_the_viewer_came_is_not_waited_for() -> None:
    ending = FirstReading()
    ending.take(status(5, publish_ns=START_NS + 2)[1], 1.0)
    ending.take(reading(3, publish_ns=START_NS + 1)[1], 1.0)
    assert not ending.reached(1.0)

    ending.take(reading(4, publish_ns=START_NS + 3)[1], 5.0)
    assert ending.reached(5.0)


def test_without_a_wish_it_never_ends() -> None:
    ending = Never()
    ending.take(reading()[1], 1.0)

    assert not ending.reached(1e9)
