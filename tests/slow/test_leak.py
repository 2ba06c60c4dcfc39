"""Frames of one clip look alike: divided by frame, even a nearest neighbour seems to read fat."""

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

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def frames(tmp_path_factory: pytest.TempPathFactory) -> ViewFrames:
    """The AR view of 40 subjects as different from one another as patients are."""
    folder = tmp_path_factory.mktemp("leak") / "cohort"
    record = CohortRecord(
        preset="realistic", subjects=40, frames=4, seed=0, balanced=False, simulator=VERSION
    )
    render_cohort(folder, record, 1, lambda _: None)
    return read_cohort(folder).views["AR"]


def neighbour_rmse(frames: ViewFrames, unseen: NDArray[np.bool_]) -> float:
    """RMSE on unseen frames of the H-MRS of the frame, among all others, that looks most alike."""
    side = (36, 36)
    small = [cv2.resize(frames.pixels[i], side, interpolation=cv2.INTER_AREA) for i in frames.rows]
    looks = np.stack(small).reshape(len(small), -1).astype(np.float64)
    known = looks[~unseen]
    nearest = [int(np.argmin(((known - look) ** 2).sum(axis=1))) for look in looks[unseen]]
    errors = frames.hmrs_pct[~unseen][nearest] - frames.hmrs_pct[unseen]
    return float(np.sqrt(np.mean(errors**2)))


def test_a_division_by_frame_makes_errors_far_too_small(frames: ViewFrames) -> None:
    fat = dict(zip(frames.subjects.tolist(), frames.hmrs_pct.tolist(), strict=True))
    fold = divide(fat, test_subjects=6, folds=4, seed=0).split(1)
    by_subject = np.isin(frames.subjects, sorted(fold.validation))
    by_frame = np.random.default_rng(0).permutation(by_subject)
    assert neighbour_rmse(frames, by_subject) > 4
    assert neighbour_rmse(frames, by_frame) < neighbour_rmse(frames, by_subject) / 3


def test_the_study_refuses_a_division_by_frame(frames: ViewFrames) -> None:
    """Estimates whose frames were dealt out singly do not become figures."""
    found = Estimated(frames.subjects, frames.rows, frames.hmrs_pct, frames.hmrs_pct)
    table = of_frames("CNN", "AR", 1, dict.fromkeys(range(40), "training"), found)
    table.sides(1)  # divided by subject it stands
    dealt = np.random.default_rng(0).choice(["training", "validation"], len(table))
    with pytest.raises(SplitError, match="are on two sides: frames of one clip look alike"):
        replace(table, side=dealt).sides(1)
