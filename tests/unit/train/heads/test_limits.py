"""Limits let through the share that they are meant to let through."""

import numpy as np
import pytest

from train.heads.limits import LEAST_SURE, choose_limits, choose_sure


def test_near_is_beyond_99_of_100_and_out_two_thirds_of_the_way_to_the_outliers() -> None:
    rng = np.random.default_rng(0)
    known = rng.permutation(np.arange(1, 100_001)).astype(np.float32)
    others = rng.permutation(np.arange(300_000, 500_001)).astype(np.float32)

    limits = choose_limits(known, others)

    assert (known > limits.near).mean() == pytest.approx(0.01, rel=0.01)
    assert limits.out == pytest.approx((99_900 * 400_000**2) ** (1 / 3), rel=1e-3)
    assert (known > limits.out).mean() == 0
    assert (others > limits.out).mean() == 1


def test_outliers_that_lie_among_known_frames_do_not_draw_the_limit_in() -> None:
    known = np.arange(1, 100_001).astype(np.float32)

    limits = choose_limits(known, known / 2)

    assert (known > limits.out).mean() == pytest.approx(0.001, rel=0.01)


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
