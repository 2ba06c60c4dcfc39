import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.contract.interval import IntervalTable, interval_at
from edge.reading import MAX_TYPICAL, ExamReading, Features, Moment, TypicalFrames

NOW = Moment(epoch=1, capture_ns=0)


def marked(value: float) -> Features:
    return np.array([[value]], np.float32)


def test_a_view_without_frames_has_no_median() -> None:
    summary = ExamReading().summary("AR")

    assert (summary.median_pct, summary.iqr_pct, summary.grade, summary.frames) == (
        None,
        None,
        None,
        0,
    )


def test_each_view_has_its_own_median() -> None:
    exam = ExamReading()
    for fat_pct in (2.0, 3.0, 10.0):
        exam.add("AR", fat_pct, marked(0), NOW)
    exam.add("HR", 20.0, marked(0), NOW)

    assert (exam.summary("AR").median_pct, exam.summary("AR").grade) == (3.0, "S0")
    assert (exam.summary("HR").median_pct, exam.summary("HR").grade) == (20.0, "S3")
    assert set(exam.summaries()) == {"AR", "HR"}


def test_a_pair_waits_for_the_other_view() -> None:
    exam = ExamReading()
    exam.add("AR", 5.0, marked(1), NOW)

    assert exam.partner("AR") is None
    assert exam.partner("HR") is not None


def test_the_partner_is_the_other_views_frame_nearest_its_median() -> None:
    exam = ExamReading()
    for fat_pct in (1.0, 5.0, 5.1, 9.0, 30.0):
        exam.add("HR", fat_pct, marked(fat_pct), NOW)

    partner = exam.partner("AR")

    assert partner is not None
    assert partner[0, 0] == np.float32(5.1)


def test_of_equal_estimates_the_first_frame_stands_for_them() -> None:
    typical = TypicalFrames()
    typical.add(5.0, marked(1), 5.0)
    typical.add(5.0, marked(2), 5.0)

    assert typical.nearest(5.0)[0, 0] == 1


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=400, unique=True))
def test_what_is_kept_for_pairing_is_bounded_and_keeps_the_nearest(steps: list[int]) -> None:
    typical = TypicalFrames()
    median_pct = 12.34
    for step in steps:
        typical.add(step / 100, marked(step / 100), median_pct)

    nearest = min((step / 100 for step in steps), key=lambda value: abs(value - median_pct))
    assert len(typical.features) <= MAX_TYPICAL
    assert abs(typical.nearest(median_pct)[0, 0] - median_pct) <= abs(nearest - median_pct) + 1e-5


def test_the_interval_is_that_of_the_median_by_the_table_of_the_view() -> None:
    table = IntervalTable(
        confidence=0.9,
        subjects=9,
        estimate_pct=[0.0, 100.0],
        low_pct=[0.0, 80.0],
        high_pct=[2.0, 100.0],
    )
    exam = ExamReading({"AR": table})
    for fat_pct in (5.0, 10.0, 60.0):
        exam.add("AR", fat_pct, marked(0), NOW)
        exam.add("HR", fat_pct, marked(0), NOW)
    assert exam.summary("AR").interval_pct == pytest.approx(interval_at(table, 10.0))
    assert exam.summary("HR").interval_pct is None
