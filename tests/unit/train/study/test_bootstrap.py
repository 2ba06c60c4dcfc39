"""Intervals come from drawing subjects, and their figures are those of train.metrics."""

import numpy as np
import pytest

from train.metrics import measure
from train.study.bootstrap import figures, intervals, sums_of


def some(subjects: int, frames: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = np.repeat(rng.gamma(0.6, 8, subjects), frames)
    shared = np.repeat(rng.normal(0, 2, subjects), frames)
    number = np.repeat(np.arange(subjects), frames)
    return truth + shared + rng.normal(0, 0.2, len(truth)), truth, number


def test_drawing_everyone_once_gives_the_figures_themselves() -> None:
    estimate, truth, number = some(12, 5, seed=1)
    whole = measure(estimate, truth, number)
    for name, values in figures(sums_of(estimate, truth, number), np.ones((1, 12))).items():
        assert values[0] == pytest.approx(getattr(whole, name), rel=1e-9), name


def test_drawing_a_subject_twice_is_the_same_as_having_it_twice() -> None:
    estimate, truth, number = some(6, 3, seed=2)
    twice = np.concatenate([np.arange(18), np.arange(3)])
    copied = np.concatenate([number, np.full(3, 6)])
    wanted = measure(estimate[twice], truth[twice], copied)
    weights = np.array([[2.0, 1, 1, 1, 1, 1]])
    for name, values in figures(sums_of(estimate, truth, number), weights).items():
        assert values[0] == pytest.approx(getattr(wanted, name)), name


def test_more_frames_of_the_same_subjects_narrow_nothing() -> None:
    """Were frames drawn, forty times the frames would narrow the interval to a sixth."""
    widths = []
    for frames in (1, 40):
        low, high = intervals(*some(30, frames, seed=4), draws=1000, seed=0)["frame_rmse"]
        widths.append(high - low)
    assert widths[1] > 0.7 * widths[0]


def test_more_subjects_narrow_the_interval() -> None:
    few, many = (intervals(*some(n, 2, seed=5), draws=1000, seed=0)["r"] for n in (10, 1000))
    assert many[1] - many[0] < 0.5 * (few[1] - few[0])


def test_nineteen_in_twenty_intervals_hold_the_true_bias() -> None:
    held = 0
    for seed in range(200):
        low, high = intervals(*some(40, 1, seed), draws=400, seed=seed)["frame_bias"]
        held += low <= 0 <= high
    assert 0.88 <= held / 200 <= 0.99


def test_a_constant_estimate_has_no_interval_for_r() -> None:
    _, truth, number = some(8, 2, seed=0)
    found = intervals(np.full(16, 4.3), truth, number, draws=200, seed=0)
    assert "r" not in found
    assert "frame_rmse" in found
