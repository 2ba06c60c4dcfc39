"""The paper's division: ten test subjects 6/2/1/1, four stratified folds, nobody in two places."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.contract.grading import grade
from edge.scanner.virtual import draw_cohort
from train.split import SplitError
from train.study.folds import Folds, divide, held_out

PAPER = {n: s.hmrs_pct for n, s in enumerate(draw_cohort("single", 150, 0))}


def grades(numbers: frozenset[int], fat: dict[int, float]) -> Counter[str]:
    return Counter(grade(fat[number]) for number in numbers)


def test_ten_of_the_papers_cohort_are_six_two_one_one() -> None:
    division = divide(PAPER, 10, 4, seed=0)
    assert grades(division.test, PAPER) == {"S0": 6, "S1": 2, "S2": 1, "S3": 1}
    assert [len(fold) for fold in division.folds] == [35, 35, 35, 35]


def test_grades_are_level_across_the_folds() -> None:
    division = divide(PAPER, 10, 4, seed=3)
    for name in ("S0", "S1", "S2", "S3"):
        counts = [grades(fold, PAPER)[name] for fold in division.folds]
        assert max(counts) - min(counts) <= 1


def test_another_size_has_the_cohorts_mix_and_one_of_each_grade() -> None:
    assert held_out({"S0": 111, "S1": 21, "S2": 6, "S3": 12}, 20) == {
        "S0": 15,
        "S1": 3,
        "S2": 1,
        "S3": 1,
    }
    assert held_out({"S0": 40, "S1": 40, "S2": 40, "S3": 40}, 16) == dict.fromkeys(
        ("S0", "S1", "S2", "S3"), 4
    )
    assert held_out({"S0": 20, "S1": 0, "S2": 2, "S3": 1}, 2) == {
        "S0": 1,
        "S1": 0,
        "S2": 1,
        "S3": 0,
    }


def test_fewer_test_subjects_than_grades_are_refused() -> None:
    with pytest.raises(SplitError, match="--test-subjects 3: the cohort has 4 grades"):
        divide(PAPER, 3, 4, seed=0)


def test_too_few_subjects_are_refused_with_the_remedy() -> None:
    with pytest.raises(SplitError, match=r"12 subjects are too few .*lower --test-subjects"):
        divide(dict.fromkeys(range(12), 1.0), 5, 4, seed=0)


def test_the_same_seed_divides_alike_and_another_does_not() -> None:
    first, again, other = (divide(PAPER, 10, 4, seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_a_folds_validation_subjects_are_the_other_folds_training_subjects() -> None:
    division = divide(PAPER, 10, 4, seed=0)
    for number in range(1, 5):
        split = division.split(number)
        assert split.validation == division.folds[number - 1]
        assert split.training | split.validation | split.test == set(PAPER)


def test_a_subject_in_a_fold_and_the_test_set_is_refused() -> None:
    with pytest.raises(SplitError, match="two sides"):
        Folds(frozenset({1}), (frozenset({1, 2}), frozenset({3})))


def test_a_subject_in_two_folds_is_refused() -> None:
    with pytest.raises(SplitError, match="two"):
        Folds(frozenset({1}), (frozenset({2, 3}), frozenset({3, 4}), frozenset({5})))


@given(st.lists(st.floats(0, 51), min_size=30, max_size=120), st.integers(2, 5), st.integers(4, 9))
def test_every_subject_is_in_one_place(fat: list[float], folds: int, tested: int) -> None:
    subjects = dict(enumerate(fat))
    division = divide(subjects, tested, folds, seed=0)
    assert len(division.test) == tested
    places = [*division.test, *(number for fold in division.folds for number in fold)]
    assert sorted(places) == sorted(subjects)
