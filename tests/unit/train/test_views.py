"""Training both views needs both, on every side of the split."""

from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from edge.contract.crop import CropSpec
from edge.contract.grading import View
from train.cohort import Cohort, CohortError, ViewFrames
from train.ingest.record import IngestRecord
from train.settings import FitSettings
from train.views import check_both_views, check_scale

RECORD = IngestRecord(
    manifest="m.csv", sha256="", label="", subjects=9, subjects_by_label={}, frames={}
)

SCALED = msgspec.structs.replace(RECORD, crop=CropSpec(mm_per_px=0.45))


def cohort_of(**subjects: list[int]) -> Cohort:
    """A frame of each listed subject in each view; fat is three times the subject's number."""
    views: dict[View, ViewFrames] = {}
    for view, numbers in subjects.items():
        rows = np.arange(len(numbers))
        pixels = np.zeros((len(numbers), 4, 4), np.uint8)
        mine = np.array(numbers, np.int64)
        views[view] = ViewFrames(pixels, rows, mine, 3 * mine.astype(np.float32))
    return Cohort(Path("data"), RECORD, "", views)


def test_a_cohort_of_both_views_may_be_trained_on() -> None:
    everyone = list(range(9))
    check_both_views(cohort_of(AR=everyone, HR=everyone), FitSettings())


@pytest.mark.parametrize(("present", "absent"), [("AR", "HR"), ("HR", "AR")])
def test_a_missing_view_is_named(present: str, absent: str) -> None:
    with pytest.raises(CohortError, match=f"data: holds no {absent} frame.*lists {absent} frames"):
        check_both_views(cohort_of(**{present: list(range(9))}), FitSettings())


def test_a_side_without_a_pair_is_named() -> None:
    with pytest.raises(CohortError, match=r"no subject with both views fell to .*; 1 of 9 have"):
        check_both_views(cohort_of(AR=list(range(9)), HR=[8]), FitSettings())


def test_windows_of_no_fixed_scale_are_not_dimmed() -> None:
    cohort = cohort_of(AR=[0], HR=[0])

    check_scale(cohort, FitSettings())
    with pytest.raises(CohortError, match=r"data: .* no fixed scale, so --dim 0.06 .* leave --dim"):
        check_scale(cohort, FitSettings(dim=0.06))
    check_scale(replace(cohort, record=SCALED), FitSettings(dim=0.06))


def test_fat_of_a_subject_is_known_from_either_view() -> None:
    assert cohort_of(AR=[0, 1], HR=[1, 2]).hmrs_pct == {0: 0.0, 1: 3.0, 2: 6.0}
    assert cohort_of(HR=[2]).hmrs_pct == {2: 6.0}
