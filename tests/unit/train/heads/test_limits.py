"""Limits let through the share that they are meant to let through."""

import numpy as np
import pytest

from train.heads.limits import LEAST_SURE, choose_limits, choose_sure


def test_limits_leave_one_in_a_hundred_near_and_one_in_a_thousand_out() -> None:
    scores = np.random.default_rng(0).permutation(np.arange(1, 100_001)).astype(np.float32)
    limits = choose_limits(scores)
    assert (scores > limits.near).mean() == pytest.approx(0.01, rel=0.01)
    assert (scores > limits.out).mean() == pytest.approx(0.001, rel=0.01)


def held_out(
    surest_wrong: float, wrong: int
) -> tuple[
    np.ndarray[tuple[int, ...], np.dtype[np.float32]],
    np.ndarray[tuple[int, ...], np.dtype[np.int64]],
]:
    probability = np.tile(np.array([0.98, 0.01, 0.01], np.float32), (1000, 1))
    labels = np.zeros(1000, np.int64)
    for number in range(wrong):
        other = (1 - surest_wrong) / 2
        probability[number] = (other, surest_wrong, other)
    return probability, labels


def test_a_head_must_be_surer_than_its_surest_mistakes_but_for_five_in_a_thousand() -> None:
    assert choose_sure(*held_out(0.95, 6)) == pytest.approx(0.95, abs=1e-4)
    assert choose_sure(*held_out(0.95, 5)) == LEAST_SURE


def test_a_head_without_mistakes_must_be_sure_all_the_same() -> None:
    assert choose_sure(*held_out(0.9, 0)) == LEAST_SURE
