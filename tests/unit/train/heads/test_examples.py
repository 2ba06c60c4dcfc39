"""The view network learns from one frame of each subject of the further cohorts."""

from pathlib import Path

import numpy as np

from edge.contract.crop import CropSpec
from edge.contract.grading import VIEWS
from train.cohort import Cohort, CohortRecord, ViewFrames
from train.heads.examples import with_more


def cohort(gray: int) -> Cohort:
    """Four subjects of three frames each; frame by frame a gray brighter."""
    pixels = np.repeat(np.arange(12, dtype=np.uint8) + gray, 360 * 360).reshape(12, 360, 360)
    subjects = np.repeat(np.arange(4), 3)
    order = np.array([9, 10, 11, 0, 1, 2, 3, 4, 5, 6, 7, 8])
    frames = ViewFrames(pixels, order, subjects[order], np.zeros(12, np.float32))
    record = CohortRecord(
        preset="single", subjects=4, frames=3, seed=1, balanced=False, crop=CropSpec(), simulator=1
    )
    return Cohort(Path("c"), record, "", dict.fromkeys(VIEWS, frames))


def test_one_frame_of_each_subject_and_view_is_added() -> None:
    small, labels = np.zeros((2, 90, 90), np.uint8), np.array([2, 2])

    grown, told = with_more(small, labels, [cohort(50), cohort(100)])

    assert told.tolist() == [2, 2, *[0] * 4, *[1] * 4, *[0] * 4, *[1] * 4]
    firsts = [9, 0, 3, 6]
    assert grown[2:6, 0, 0].tolist() == [50 + first for first in firsts]
    assert grown[-4:, 89, 89].tolist() == [100 + first for first in firsts]
    assert grown.shape == (18, 90, 90)


def test_without_further_cohorts_nothing_changes() -> None:
    small, labels = np.ones((2, 90, 90), np.uint8), np.array([0, 1])

    same, told = with_more(small, labels, [])

    assert same is small
    assert told is labels
