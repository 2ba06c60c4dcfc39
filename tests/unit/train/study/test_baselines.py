"""Baselines learn from the training subjects alone; features say what their names say."""

from pathlib import Path

import numpy as np
import pytest

from edge.contract.grading import VIEWS
from train.cohort import Cohort, CohortError, CohortRecord, ViewFrames
from train.study.baselines import Baselines, read_latents
from train.study.features import FEATURES, frame_features

RECORD = CohortRecord(preset="single", subjects=24, frames=2, seed=0, balanced=False, simulator=1)


def fading(slope: float, side: int = 40) -> np.ndarray:
    """A frame whose gray falls evenly with depth, by `slope` over its height."""
    rows = 200 - slope * np.linspace(0, 1, side)
    return np.repeat(rows.astype(np.uint8)[:, np.newaxis], side, axis=1)


def frames_of(pictures: list[np.ndarray], fat: list[float], subjects: list[int]) -> ViewFrames:
    rows = np.arange(len(pictures))
    return ViewFrames(np.stack(pictures), rows, np.array(subjects), np.array(fat, np.float32))


@pytest.fixture
def cohort(tmp_path: Path) -> Cohort:
    """Fat makes the gray fall faster; two frames a subject; no latents on disk."""
    numbers = np.repeat(np.arange(24), 2)
    fat = numbers * 2.0
    view = frames_of([fading(20 + 3 * f) for f in fat], fat.tolist(), numbers.tolist())
    return Cohort(tmp_path, RECORD, "0" * 64, dict.fromkeys(VIEWS, view))


def test_the_slope_is_gray_levels_over_the_height() -> None:
    found = frame_features(frames_of([fading(0), fading(100)], [0, 0], [0, 1]))
    slope = FEATURES.index("depth slope")
    assert found.shape == (2, len(FEATURES))
    assert found[0, slope] == pytest.approx(0, abs=1e-9)
    assert found[1, slope] == pytest.approx(-100, abs=2)


def test_black_outside_the_fan_is_not_read() -> None:
    half = fading(0)
    half[:, :14] = 0
    found = frame_features(frames_of([half, np.zeros((40, 40), np.uint8)], [0, 0], [0, 1]))
    assert found[0, FEATURES.index("mean")] == pytest.approx(200)
    np.testing.assert_array_equal(found[1], np.zeros(len(FEATURES)))


def test_the_ridge_reads_what_the_mean_cannot(
    cohort: Cohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("train.study.baselines.rendering", lambda _: None)
    baselines = Baselines(cohort, frozenset(range(16)), fold=2)
    found = baselines.estimate(cohort, frozenset(range(16, 24)), "test")
    assert set(found.method) == {"mean", "median", "ridge"}
    assert set(found.fold) == {2}
    mean = found.where(method="mean", view="AR")
    assert set(mean.estimate_pct) == {15.0}  # of the training subjects, 0 to 30 %
    ridge = found.where(method="ridge", view="AR+HR")
    worst = [np.abs(told.estimate_pct - told.hmrs_pct).max() for told in (ridge, mean)]
    assert worst[0] < 0.3 * worst[1]


def test_a_cohort_without_latents_is_named(cohort: Cohort) -> None:
    with pytest.raises(CohortError, match=r"latents\.jsonl.*render the cohort again"):
        read_latents(cohort.path)
