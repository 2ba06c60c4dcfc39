"""A large cohort is read in portions, every subject whole and once."""

import numpy as np

from train.cohort import ViewFrames
from train.study.portions import portions

NUMBERS = np.array([0, 0, 0, 1, 2, 2, 3, 4])
FRAMES = ViewFrames(np.zeros((8, 4, 4), np.uint8), np.arange(8), NUMBERS, np.zeros(8, np.float32))


def test_a_portion_ends_when_it_is_full() -> None:
    assert list(portions(FRAMES, {4, 3, 2, 1, 0}, most=3)) == [[0], [1, 2], [3, 4]]


def test_only_the_subjects_asked_for_are_in_it() -> None:
    assert list(portions(FRAMES, {0, 4}, most=100)) == [[0, 4]]


def test_nobody_makes_no_portion() -> None:
    assert list(portions(FRAMES, (), most=3)) == []
