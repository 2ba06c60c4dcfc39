"""Figures against numbers worked out by hand."""

import numpy as np
import pytest

from train.metrics import measure


def test_figures_of_three_subjects_are_those_worked_out_by_hand() -> None:
    subject = np.array([0, 0, 0, 1, 1, 2])
    truth = np.array([2, 2, 2, 10, 10, 20], np.float32)
    estimate = np.array([1, 2, 6, 10, 12, 20], np.float32)
    found = measure(estimate, truth, subject)
    assert (found.subjects, found.frames) == (3, 6)
    assert found.by_grade == {"S0": 1, "S1": 0, "S2": 1, "S3": 1}
    assert found.frame_rmse == pytest.approx(np.sqrt((1 + 0 + 16 + 0 + 4 + 0) / 6))
    assert found.frame_bias == pytest.approx(5 / 6)
    assert found.frame_error_sd == pytest.approx(np.sqrt(21 / 6 - (5 / 6) ** 2))
    assert found.frame_abs_error_sd == pytest.approx(np.sqrt(21 / 6 - (7 / 6) ** 2))
    assert found.subject_rmse == pytest.approx(np.sqrt((0 + 1 + 0) / 3))
    assert found.class_accuracy == 1.0
    assert found.all_s0_accuracy == pytest.approx(1 / 3)


def test_a_constant_estimate_has_no_correlation() -> None:
    truth = np.array([1, 5, 20], np.float32)
    assert measure(np.full(3, 4, np.float32), truth, np.arange(3)).r is None


def test_a_perfect_estimate_correlates_fully() -> None:
    truth = np.array([1, 5, 20], np.float32)
    found = measure(truth, truth, np.arange(3))
    assert found.r == pytest.approx(1)
    assert found.frame_rmse == 0
