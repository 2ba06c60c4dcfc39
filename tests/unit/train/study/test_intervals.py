"""Nine in ten are covered where subjects are exchangeable; where they are not, it is seen."""

import msgspec
import numpy as np
import pytest

from edge.contract.interval import IntervalTable
from train.study.intervals import (
    CalibrationError,
    calibrate,
    coverage,
    interval_pct,
    with_unsure,
)


def subjects(
    count: int, rng: np.random.Generator, error: float = 1.0
) -> tuple[np.ndarray, np.ndarray]:
    """Estimates and H-MRS of a cohort like the paper's; errors grow with fat."""
    truth = np.clip(rng.gamma(0.5, 9, count), 0.27, 51)
    return truth + rng.normal(0, error * (0.4 + 0.12 * truth)), truth


@pytest.fixture(scope="module")
def table() -> IntervalTable:
    return calibrate(*subjects(140, np.random.default_rng(0)))


def test_nine_in_ten_new_subjects_are_covered_on_average() -> None:
    rng = np.random.default_rng(1)
    shares = [
        coverage(calibrate(*subjects(60, rng)), *subjects(200, rng)).share for _ in range(150)
    ]
    assert 0.885 <= np.mean(shares) <= 0.925


def test_a_calibration_on_errors_that_are_too_small_is_seen_to_fall_short() -> None:
    """The control: errors of subjects that the model has learned from are not those of new ones."""
    rng = np.random.default_rng(2)
    flattered = calibrate(*subjects(140, rng, error=0.3))
    found = coverage(flattered, *subjects(60, rng))
    assert found.falls_short
    assert found.share < 0.75


def test_an_honest_calibration_is_not_called_short(table: IntervalTable) -> None:
    assert not coverage(table, *subjects(60, np.random.default_rng(3))).falls_short


def test_the_interval_is_wider_where_errors_are_larger(table: IntervalTable) -> None:
    low, high = interval_pct(table, [1.0, 10.0, 30.0])
    assert np.all(np.diff(high - low) > 0)


def test_bounds_rise_with_the_estimate_and_are_percentages(table: IntervalTable) -> None:
    low, high = interval_pct(table, np.linspace(-5, 120, 500))
    assert np.all(np.diff(low) >= 0)
    assert np.all(np.diff(high) >= 0)
    assert np.all((low >= 0) & (low <= high) & (high <= 100))


def test_one_estimate_gives_one_interval(table: IntervalTable) -> None:
    low, high = interval_pct(table, 12.0)
    assert low.shape == high.shape == ()
    assert low < 12 < high


def test_a_table_survives_json(table: IntervalTable) -> None:
    again = msgspec.json.decode(msgspec.json.encode(table), type=IntervalTable)
    assert again == table
    assert again.subjects == 140


def test_coverage_is_counted_by_grade() -> None:
    knots = [0.0, 100.0]
    table = IntervalTable(
        confidence=0.9, subjects=9, estimate_pct=knots, low_pct=[0.0, 98.0], high_pct=[2.0, 100.0]
    )
    found = coverage(table, [1.0, 1.0, 30.0], [1.5, 5.0, 30.1])
    assert (found.covered, found.subjects) == (2, 3)
    assert {name: told.covered for name, told in found.by_grade.items()} == {
        "S0": 1,
        "S1": 0,
        "S3": 1,
    }
    assert found.width_pct == pytest.approx(2)


def test_too_few_subjects_are_refused_with_the_number_needed() -> None:
    estimate, truth = subjects(8, np.random.default_rng(0))
    with pytest.raises(CalibrationError, match="8 calibration subjects: 90% intervals need 9"):
        calibrate(estimate, truth)
    assert calibrate([*estimate, 1.0], [*truth, 1.2]).subjects == 9


def test_a_model_without_any_error_still_has_an_interval() -> None:
    truth = np.linspace(1, 40, 30)
    low, high = interval_pct(calibrate(truth, truth), 10.0)
    assert low <= 10 <= high


def test_the_table_for_doubtful_frames_is_nowhere_the_narrower(table: IntervalTable) -> None:
    estimate, truth = subjects(200, np.random.default_rng(3))

    both = with_unsure(table, calibrate(estimate * 1.6, truth))

    assert both.unsure is not None
    assert (np.array(both.unsure.low_pct) <= table.low_pct).all()
    assert (np.array(both.unsure.high_pct) >= table.high_pct).all()
    assert np.sum(both.unsure.high_pct) > np.sum(table.high_pct)
