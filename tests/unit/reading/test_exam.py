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


def at(number: int, **changes: int) -> Moment:
    return Moment(epoch=1, capture_ns=number * 120_000_000)._replace(**changes)


def steady(exam: ExamReading, view: str, fat_pct: float, first: int, frames: int = 10) -> None:
    """A hold of one estimate."""
    for number in range(first, first + frames):
        exam.add(view, fat_pct, marked(0), at(number))  # type: ignore[arg-type]


def test_another_view_ends_a_hold() -> None:
    exam = ExamReading()
    for first, view in ((0, "AR"), (10, "HR"), (20, "AR")):
        steady(exam, view, 5.0, first)

    assert exam.summary("AR").holds == 2
    assert exam.summary("HR").holds == 1


def test_a_freeze_ends_a_hold() -> None:
    exam = ExamReading()
    steady(exam, "AR", 5.0, 0)
    exam.end_holds()
    steady(exam, "AR", 6.0, 10)

    assert (exam.summary("AR").holds, exam.summary("AR").hold_median_pct) == (2, 5.5)


def test_the_verdict_comes_once_there_are_holds_enough() -> None:
    exam = ExamReading(rule="n3-iqr15")
    verdicts = [exam.summary("AR").verdict]
    for number, fat_pct in enumerate((8.0, 8.1, 8.2, 20.0, 20.0)):
        exam.end_holds()
        steady(exam, "AR", fat_pct, number * 10)
        verdicts.append(exam.summary("AR").verdict)

    assert verdicts == [
        "collecting",
        "insufficient",
        "insufficient",
        "repeatable",
        "not_repeatable",
        "not_repeatable",
    ]
    assert exam.summary("AR").rule == "n3-iqr15"


def test_the_pair_repeats_no_more_than_the_view_that_was_repeated_less() -> None:
    exam = ExamReading(rule="n3-iqr15")
    steady(exam, "HR", 8.0, 0)
    for number in range(1, 6):
        exam.end_holds()
        for frame in range(10):
            exam.add("AR", 8.0, marked(0), at(10 * number + frame))
            exam.add_pair(8.0)

    pair = exam.summary("AR+HR")

    assert (pair.holds, pair.verdict) == (5, "insufficient")
    assert exam.summary("AR").verdict == "repeatable"
    assert pair.frames_by_view == {"AR": 50, "HR": 10}


def test_a_restart_forgets_the_view_and_its_pair_and_says_so() -> None:
    exam = ExamReading()
    steady(exam, "HR", 8.0, 0)
    steady(exam, "AR", 5.0, 10)
    exam.add_pair(6.0)
    exam.reject("AR", "black")
    exam.restart("AR")

    ar, hr, pair = (exam.summary(view) for view in ("AR", "HR", "AR+HR"))

    assert (ar.frames, ar.median_pct, ar.holds, ar.restarts) == (0, None, 0, 1)
    assert ar.reasons == {"black": 1}
    assert (hr.frames, hr.restarts) == (10, 0)
    assert (pair.frames, pair.restarts) == (0, 1)
    assert exam.partner("HR") is None


def test_a_restart_before_the_first_frame_is_none() -> None:
    exam = ExamReading()
    exam.reject("AR", "black")
    exam.restart("AR")

    assert exam.summary("AR").restarts == 0


def test_the_grades_that_the_interval_reaches_are_named() -> None:
    table = IntervalTable(
        confidence=0.9,
        subjects=9,
        estimate_pct=[0.0, 100.0],
        low_pct=[0.0, 80.0],
        high_pct=[4.0, 100.0],
    )
    exam = ExamReading({"AR": table})
    exam.add("AR", 5.0, marked(0), NOW)
    exam.add("HR", 5.0, marked(0), NOW)

    assert exam.summary("AR").grades_possible == ["S1", "S2"]
    assert exam.summary("HR").grades_possible == []


WIDE = IntervalTable(
    confidence=0.9,
    subjects=50,
    estimate_pct=[0.0, 100.0],
    low_pct=[0.0, 0.0],
    high_pct=[90.0, 100.0],
)
NARROW = IntervalTable(
    confidence=0.9,
    subjects=50,
    estimate_pct=[0.0, 100.0],
    low_pct=[0.0, 90.0],
    high_pct=[9.0, 100.0],
    unsure=WIDE,
)


@pytest.mark.parametrize(("doubtful", "table"), [(0, NARROW), (2, NARROW), (3, WIDE), (5, WIDE)])
def test_a_median_of_mostly_doubtful_frames_has_the_wider_interval(
    doubtful: int, table: IntervalTable
) -> None:
    exam = ExamReading({"AR": NARROW, "AR+HR": NARROW})
    for number in range(5):
        exam.add("AR", 5.0, marked(0), NOW, sure=number >= doubtful)
    exam.add("HR", 5.0, marked(0), NOW)
    exam.add_pair(5.0)

    expected = interval_at(table, 5.0)
    assert exam.summary("AR").interval_pct == expected
    assert exam.summary("AR+HR").interval_pct == expected


def test_a_view_that_begins_anew_is_no_longer_in_doubt() -> None:
    exam = ExamReading({"AR": NARROW})
    exam.add("AR", 5.0, marked(0), NOW, sure=False)
    exam.restart("AR")
    exam.add("AR", 5.0, marked(0), NOW)

    assert exam.summary("AR").interval_pct == interval_at(NARROW, 5.0)
