import pytest

from edge.terminal.trend import BARS, PLAIN_BARS, STEPS, Trend, described, sparkline


def test_the_mean_of_every_half_second_is_kept() -> None:
    trend = Trend()
    for now_s, fat_pct in ((10.0, 8.0), (10.4, 10.0), (10.5, 12.0)):
        trend.add(now_s, fat_pct)

    assert trend.values(10.9) == [9.0, 12.0]


def test_a_pause_is_a_gap_and_what_is_old_falls_out() -> None:
    trend = Trend()
    trend.add(10.0, 8.0)
    trend.add(10.6, None)
    trend.add(11.0, 9.0)

    assert trend.values(11.4) == [8.0, None, 9.0]
    assert len(trend.values(25.0)) < STEPS
    assert trend.values(60.0) == []


def test_the_line_goes_from_the_lowest_to_the_highest() -> None:
    assert sparkline([0.0, 7.0, None, 14.0]) == f"{BARS[0]}{BARS[4]} {BARS[7]}"
    assert sparkline([0.0, 14.0], PLAIN_BARS) == "_@"
    assert sparkline([]) == ""


def test_small_differences_stay_small() -> None:
    assert len(set(sparkline([9.9, 10.0, 10.1]))) <= 2


@pytest.mark.parametrize("values", [[], [None]])
def test_nothing_is_said_of_nothing(values: list[float | None]) -> None:
    assert described(values) == ""


def test_the_range_stands_behind() -> None:
    assert described([8.0, 10.0]).endswith(" 8.0 to 10.0 %")
