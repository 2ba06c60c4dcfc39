"""Subjects, never frames, are divided; grades keep their shares."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.contract.grading import grade
from train.split import Split, SplitError, split_subjects

SIXTY = {number: (1.0, 5.0, 11.0, 30.0)[number % 4] for number in range(60)}


def test_a_subject_on_two_sides_is_refused() -> None:
    with pytest.raises(SplitError, match="two sides"):
        Split(training=frozenset({1, 2}), validation=frozenset({3}), test=frozenset({2}))


def test_every_side_has_every_grade() -> None:
    split = split_subjects(SIXTY, validation=0.2, test=0.2, seed=0)
    for side in (split.training, split.validation, split.test):
        assert {grade(SIXTY[number]) for number in side} == {"S0", "S1", "S2", "S3"}


def test_the_same_seed_divides_alike_and_another_does_not() -> None:
    first, again, other = (split_subjects(SIXTY, 0.2, 0.2, seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_too_few_subjects_are_refused_with_the_remedy() -> None:
    with pytest.raises(SplitError, match=r"no subject for validation, test .*render more"):
        split_subjects({0: 1.0, 1: 5.0}, 0.2, 0.2, seed=0)


@given(st.lists(st.floats(0, 51), min_size=20, max_size=200), st.integers(0, 2**32))
def test_the_sides_are_a_partition_of_the_subjects(fat: list[float], seed: int) -> None:
    subjects = dict(enumerate(fat))
    split = split_subjects(subjects, 0.15, 0.15, seed)
    sides = [*split.training, *split.validation, *split.test]
    assert sorted(sides) == sorted(subjects)
