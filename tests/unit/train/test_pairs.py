"""Frames are paired within a subject only."""

import numpy as np

from train.cohort import ViewFrames
from train.pairs import pair_frames


def view_of(subjects: list[int]) -> ViewFrames:
    """A view whose frames hold their own row number; fat is ten times the subject's number."""
    numbers = np.array(subjects, np.int64)
    rows = np.arange(len(numbers))
    pixels = np.broadcast_to(rows.astype(np.uint8)[:, None, None], (len(rows), 4, 4)).copy()
    return ViewFrames(pixels, rows, numbers, 10 * numbers.astype(np.float32))


def test_partners_are_of_the_same_subject() -> None:
    ar, hr = view_of([0, 0, 1, 1, 1]), view_of([1, 1, 0])
    for rng in (None, np.random.default_rng(0)):
        pairs = pair_frames(ar, hr, rng)
        assert len(pairs) == 5
        np.testing.assert_array_equal(ar.subjects[pairs.ar], hr.subjects[pairs.hr])
        np.testing.assert_array_equal(pairs.hmrs_pct, 10 * pairs.subjects)


def test_without_a_generator_partners_come_in_turn() -> None:
    pairs = pair_frames(view_of([0, 0, 0]), view_of([0, 0]))
    np.testing.assert_array_equal(pairs.hr, [0, 1, 0])


def test_a_subject_seen_in_one_view_only_has_no_pair() -> None:
    pairs = pair_frames(view_of([0, 1]), view_of([1]))
    np.testing.assert_array_equal(pairs.subjects, [1])
