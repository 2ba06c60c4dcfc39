from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.histogram import Histogram, quantise

steps = st.integers(0, 10_000)


@pytest.mark.goal("C5", "the histogram gives numpy's quartiles bit for bit")
@given(st.lists(steps, min_size=1, max_size=200))
def test_quartiles_are_numpys_bit_for_bit(values: list[int]) -> None:
    percentages = [step / 100 for step in values]
    histogram = Histogram()
    for fat_pct in percentages:
        histogram.add(fat_pct)

    lower, median, upper = histogram.quartiles()

    assert (lower, upper) == tuple(np.percentile(percentages, [25, 75]))
    assert median == np.median(percentages)


@pytest.mark.goal("C5", control="a histogram of whole tenths is not numpy's")
def test_control_coarser_steps_would_be_told_from_numpys() -> None:
    values = [0.01, 0.05, 0.08, 0.17]
    coarse = Histogram()
    for fat_pct in values:
        coarse.add(round(fat_pct, 1))

    assert coarse.quartiles()[1] != np.median(values)


@given(st.lists(steps, min_size=1, max_size=50), st.randoms())
def test_the_order_of_values_does_not_matter(values: list[int], shuffle: Random) -> None:
    one, other = Histogram(), Histogram()
    shuffled = list(values)
    shuffle.shuffle(shuffled)
    for step, step_again in zip(values, shuffled, strict=True):
        one.add(step / 100)
        other.add(step_again / 100)

    assert one.quartiles() == other.quartiles()


@given(st.floats(0, 100))
def test_quantising_moves_a_value_by_at_most_half_a_step(fat_pct: float) -> None:
    assert abs(quantise(fat_pct) - fat_pct) <= 0.005 + 1e-9


@pytest.mark.parametrize("fat_pct", [-0.01, 100.01, float("nan"), float("inf")])
def test_what_is_no_percentage_is_refused(fat_pct: float) -> None:
    with pytest.raises((ValueError, OverflowError)):
        Histogram().add(fat_pct)


def test_an_empty_histogram_has_no_median() -> None:
    with pytest.raises(ValueError, match="no value"):
        Histogram().quartiles()
