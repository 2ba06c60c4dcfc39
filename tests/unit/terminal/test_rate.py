import pytest

from edge.terminal.rate import Rate


def test_a_steady_stream_has_its_rate() -> None:
    rate = Rate()
    for number in range(300):
        rate.add(number / 30)

    assert rate.per_s(299 / 30) == pytest.approx(30)


def test_the_rate_falls_to_nothing_after_the_last_event() -> None:
    rate = Rate()
    for number in range(31):
        rate.add(number / 30)

    assert rate.per_s(2.0) == pytest.approx(15)
    assert rate.per_s(3.5) == 0


def test_one_event_has_no_rate() -> None:
    rate = Rate()
    rate.add(1.0)

    assert rate.per_s(1.5) == 0
    assert Rate().per_s(0.0) == 0
