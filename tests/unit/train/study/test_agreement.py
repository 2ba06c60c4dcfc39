"""Bland-Altman against numbers worked out by hand."""

import numpy as np
import pytest

from train.study.agreement import agree


def test_bias_and_limits_are_those_worked_out_by_hand() -> None:
    truth = np.array([1.0, 5.0, 20.0])
    found = agree(truth + np.array([1, 2, 6]), truth, draws=500, seed=0)
    assert found is not None
    assert found.bias == pytest.approx(3)
    assert found.high == pytest.approx(3 + 1.96 * np.sqrt(7))  # variance (4 + 1 + 9) / 2
    assert found.low == pytest.approx(3 - 1.96 * np.sqrt(7))


def test_a_constant_error_is_bias_and_no_spread() -> None:
    truth = np.array([1.0, 5.0, 20.0])
    found = agree(truth + 2, truth, draws=100, seed=0)
    assert found is not None
    assert (found.low, found.bias, found.high) == pytest.approx((2, 2, 2))
    assert found.bias_interval == pytest.approx((2, 2))


def test_the_interval_of_the_bias_holds_the_bias() -> None:
    rng = np.random.default_rng(0)
    truth = rng.gamma(1, 8, 50)
    found = agree(truth + rng.normal(1, 2, 50), truth, draws=1000, seed=0)
    assert found is not None
    assert found.bias_interval[0] < found.bias < found.bias_interval[1]
    assert found.low_interval[0] < found.low < found.low_interval[1]


def test_one_subject_has_no_limits() -> None:
    assert agree(np.array([1.0]), np.array([2.0]), draws=100, seed=0) is None
