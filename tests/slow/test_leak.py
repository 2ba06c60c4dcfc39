"""Fidelity 14: divided by frame, even a nearest neighbour seems to read fat: clips look alike."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edge.scanner.virtual import VERSION
from train.cohort import CohortRecord, ViewFrames, read_cohort
from train.estimated import Estimated
from train.rendered import render_cohort
from train.split import SplitError
from train.study.estimates import of_frames
from train.study.folds import divide

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> ViewFrames:
    """The AR view of 48 subjects as different from one another as patients are."""
    folder = tmp_path_factory.mktemp("leak") / "cohort"
    record = CohortRecord(
        preset="realistic", subjects=48, frames=4, seed=0, balanced=False, simulator=VERSION
    )
    render_cohort(folder, record, 1, lambda _: None)
    return read_cohort(folder).views["AR"]


def neighbour_rmse(frames: ViewFrames, part: NDArray[np.int64]) -> float:
    """RMSE of the H-MRS of whichever frame of the other parts looks most alike."""
    side = (36, 36)
    small = [cv2.resize(frames.pixels[i], side, interpolation=cv2.INTER_AREA) for i in frames.rows]
    looks = np.stack(small).reshape(len(small), -1).astype(np.float64)
    errors = []
    for look, own, fat in zip(looks, part, frames.hmrs_pct, strict=True):
        others = part != own
        nearest = np.argmin(((looks[others] - look) ** 2).sum(axis=1))
        errors.append(frames.hmrs_pct[others][nearest] - fat)
    return float(np.sqrt(np.mean(np.square(errors))))


def test_a_division_by_frame_makes_errors_far_too_small(frames: ViewFrames) -> None:
    fat = dict(zip(frames.subjects.tolist(), frames.hmrs_pct.tolist(), strict=True))
    folds = divide(fat, test_subjects=6, folds=4, seed=0).folds
    seen = frames.of(frozenset[int]().union(*folds))
    by_subject = np.array([[n in fold for fold in folds].index(True) for n in seen.subjects])
    by_frame = np.arange(len(seen)) % 4  # each clip's four frames, one to each part
    honest = neighbour_rmse(seen, by_subject)
    assert honest > 5  # it cannot read fat at all
    assert neighbour_rmse(seen, by_frame) < honest / 3


def test_the_study_refuses_a_division_by_frame(frames: ViewFrames) -> None:
    """Estimates whose frames were dealt out singly do not become figures."""
    found = Estimated(frames.subjects, frames.rows, frames.hmrs_pct, frames.hmrs_pct)
    table = of_frames("CNN", "AR", 1, dict.fromkeys(range(48), "training"), found)
    table.sides(1)  # divided by subject it stands
    dealt = np.random.default_rng(0).choice(["training", "validation"], len(table))
    with pytest.raises(SplitError, match="are on two sides: frames of one clip look alike"):
        replace(table, side=dealt).sides(1)
