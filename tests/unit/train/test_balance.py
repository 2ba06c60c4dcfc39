"""Grades of the subjects that are drawn for training."""

from collections import Counter

from edge.contract.grading import grade
from train.balance import draw_subjects


def test_a_balanced_cohort_has_every_grade_equally_often() -> None:
    subjects = draw_subjects("single", 40, seed=3, balanced=True)
    assert Counter(grade(subject.true_pct) for subject in subjects) == dict.fromkeys(
        ("S0", "S1", "S2", "S3"), 10
    )


def test_a_population_cohort_is_mostly_lean() -> None:
    subjects = draw_subjects("single", 150, seed=3, balanced=False)
    found = Counter(grade(subject.true_pct) for subject in subjects)
    assert found == {"S0": 111, "S1": 21, "S2": 6, "S3": 12}


def test_a_larger_balanced_cohort_begins_with_the_smaller_one() -> None:
    assert draw_subjects("multi", 12, seed=5, balanced=True)[:8] == draw_subjects(
        "multi", 8, seed=5, balanced=True
    )
