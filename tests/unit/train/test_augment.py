"""Augmentation changes what scanners change, reproducibly, and leaves the padding black."""

import numpy as np

from train.augment import LIGHT, NONE, Augmentation, augment, gray_map

FRAMES = np.random.default_rng(0).integers(1, 255, (3, 40, 40), np.uint8)


def test_without_augmentation_frames_pass_untouched() -> None:
    assert augment(FRAMES, NONE, np.random.default_rng(0)) is FRAMES


def test_the_same_generator_gives_the_same_frames() -> None:
    first, again = (augment(FRAMES, LIGHT, np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, FRAMES)


def test_black_stays_black_whatever_the_gain() -> None:
    for gain in (-20.0, 0.0, 20.0):
        assert gray_map(gain, 1.0)[0] == 0


def test_gain_moves_gray_by_as_many_levels() -> None:
    table = gray_map(7.0, 1.0)
    np.testing.assert_array_equal(table[1:240], np.arange(1, 240) + 7)
    assert table[255] == 255


def test_a_gray_map_never_turns_brighter_into_darker() -> None:
    assert (np.diff(gray_map(-8.0, 1.05).astype(int)) >= 0).all()


def test_a_shift_moves_the_picture_and_brings_in_black() -> None:
    shift_only = Augmentation(gain_gray=0.0, gamma=0.0, shift_px=3)
    rng = np.random.default_rng(1)
    moved = augment(np.full((50, 40, 40), 9, np.uint8), shift_only, rng)
    black = (moved == 0).sum(axis=(1, 2))
    assert set(np.unique(moved)) == {0, 9}
    assert black.max() <= 40 * 40 - 37 * 37
    assert black.max() > 0
