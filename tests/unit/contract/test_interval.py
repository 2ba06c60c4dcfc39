"""The interval table of a bundle: what it says between its knots, and what is refused."""

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.contract.interval import IntervalTable, interval_at


def table(**changed: list[float]) -> IntervalTable:
    columns = {
        "estimate_pct": [0.0, 10.0, 100.0],
        "low_pct": [0.0, 6.0, 60.0],
        "high_pct": [3.0, 14.0, 100.0],
    }
    return IntervalTable(confidence=0.9, subjects=50, **{**columns, **changed})


@pytest.mark.parametrize(
    ("estimate_pct", "expected"),
    [(0.0, (0.0, 3.0)), (5.0, (3.0, 8.5)), (10.0, (6.0, 14.0)), (55.0, (33.0, 57.0))],
)
def test_bounds_lie_on_lines_between_the_knots(
    estimate_pct: float, expected: tuple[float, float]
) -> None:
    assert interval_at(table(), estimate_pct) == pytest.approx(expected)


def test_beyond_the_table_its_ends_hold() -> None:
    assert interval_at(table(), -2.0) == (0.0, 3.0)
    assert interval_at(table(), 140.0) == (60.0, 100.0)


@given(st.floats(0, 100))
def test_it_says_what_numpy_says(estimate_pct: float) -> None:
    asked = table()
    low, high = interval_at(asked, estimate_pct)
    assert low == pytest.approx(np.interp(estimate_pct, asked.estimate_pct, asked.low_pct))
    assert high == pytest.approx(np.interp(estimate_pct, asked.estimate_pct, asked.high_pct))


@pytest.mark.parametrize(
    "changed",
    [
        {"low_pct": [0.0, 6.0]},
        {"low_pct": [0.0, 6.0, 5.0]},
        {"low_pct": [4.0, 6.0, 60.0]},
        {"estimate_pct": [0.0, 50.0, 20.0]},
        {"estimate_pct": [1.0], "low_pct": [0.0], "high_pct": [2.0]},
    ],
)
def test_a_table_that_makes_no_sense_is_refused(changed: dict[str, list[float]]) -> None:
    with pytest.raises(ValueError, match="interval table"):
        table(**changed)
    raw = msgspec.json.encode({**msgspec.to_builtins(table()), **changed})
    with pytest.raises(msgspec.ValidationError, match="interval table"):
        msgspec.json.decode(raw, type=IntervalTable)


def test_doubtful_estimates_get_the_wider_table_where_there_is_one() -> None:
    wider = table(low_pct=[0.0, 2.0, 40.0], high_pct=[9.0, 30.0, 100.0])
    both = msgspec.structs.replace(table(), unsure=wider)

    assert interval_at(both, 10.0) == (6.0, 14.0)
    assert interval_at(both, 10.0, sure=False) == (2.0, 30.0)
    assert interval_at(table(), 10.0, sure=False) == (6.0, 14.0)
