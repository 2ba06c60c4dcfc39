"""One person under two numbers is found before anything is divided."""

from pathlib import Path

import numpy as np
import pytest

from edge.contract.grading import View
from train.cohort import Cohort, CohortRecord, ViewFrames
from train.split import SplitError
from train.study.distinct import check_distinct

RECORD = CohortRecord(preset="single", subjects=3, frames=2, seed=0, balanced=False, simulator=1)


def view_of(subjects: list[int], fat: list[float], seed: int) -> ViewFrames:
    pixels = np.random.default_rng(seed).integers(0, 256, (len(subjects), 8, 8), np.uint8)
    rows = np.arange(len(subjects))
    return ViewFrames(pixels, rows, np.array(subjects), np.array(fat, np.float32))


def cohort(views: dict[View, ViewFrames]) -> Cohort:
    return Cohort(Path("mine"), RECORD, "0" * 64, views)


@pytest.fixture
def views() -> dict[View, ViewFrames]:
    numbers, fat = [0, 0, 1, 1], [1.0, 1.0, 20.0, 20.0]
    return {"AR": view_of(numbers, fat, 1), "HR": view_of(numbers, fat, 2)}


def test_different_people_pass(views: dict[View, ViewFrames]) -> None:
    check_distinct(cohort(views))


def test_the_same_frame_twice_in_one_subject_passes(views: dict[View, ViewFrames]) -> None:
    views["AR"].pixels[1] = views["AR"].pixels[0]
    check_distinct(cohort(views))


def test_a_clip_entered_under_two_subjects_is_refused(views: dict[View, ViewFrames]) -> None:
    views["HR"].pixels[3] = views["HR"].pixels[0]
    with pytest.raises(SplitError, match=r"mine: subjects 0 and 1 share a frame of HR.*two sides"):
        check_distinct(cohort(views))


def test_a_subject_with_two_labels_is_refused(views: dict[View, ViewFrames]) -> None:
    views["HR"].hmrs_pct[2] = 3.0
    with pytest.raises(SplitError, match=r"subject 1 has H-MRS \[3.0, 20.0\]"):
        check_distinct(cohort(views))


def test_a_subject_with_one_view_is_refused(views: dict[View, ViewFrames]) -> None:
    views["HR"] = view_of([0, 0], [1.0, 1.0], 3)
    with pytest.raises(SplitError, match=r"subjects \[1\] have one view only"):
        check_distinct(cohort(views))
