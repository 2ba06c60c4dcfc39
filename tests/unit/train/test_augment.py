"""Augmentation changes what scanners change, reproducibly, and leaves the padding black."""

import numpy as np
import pytest

from train.augment import LIGHT, NONE, SCANNER, Augmentation, augment, for_view, gray_map

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


@pytest.mark.parametrize("limits", [LIGHT, SCANNER])
def test_a_black_frame_stays_black_but_for_what_is_written_on_it(limits: Augmentation) -> None:
    black = np.zeros((20, 40, 40), np.uint8)
    changed = augment(black, limits, np.random.default_rng(2))
    assert bool(changed.any()) == limits.overlay


def test_contrast_turns_around_the_gray_of_the_liver() -> None:
    table = gray_map(0.0, 1.0, 1.2).astype(int)
    assert table[100] == 100
    assert table[150] - table[50] == 120


def test_time_gain_bends_over_the_depth_and_not_across() -> None:
    bent_only = Augmentation(gain_gray=0.0, gamma=0.0, shift_px=0, tgc_gray=10.0)
    even = np.full((1, 60, 60), 100, np.uint8)
    bent = augment(even, bent_only, np.random.default_rng(4))[0].astype(int)
    assert (np.ptp(bent, axis=1) <= 1).all()
    assert 2 < np.ptp(bent[:, 0]) <= 20


def test_scale_enlarges_around_the_middle() -> None:
    scaled_only = Augmentation(gain_gray=0.0, gamma=0.0, shift_px=0, scale=0.2)
    disc = np.zeros((101, 101), np.uint8)
    disc[30:71, 30:71] = 200
    sizes = [
        int((augment(disc[np.newaxis], scaled_only, np.random.default_rng(seed)) > 100).sum())
        for seed in range(12)
    ]
    assert min(sizes) < 41 * 41 < max(sizes)
    assert min(sizes) / 41**2 > 0.8**2 * 0.95
    assert max(sizes) / 41**2 < 1.2**2 * 1.05


def test_turns_around_the_middle_both_ways() -> None:
    turned_only = Augmentation(gain_gray=0.0, gamma=0.0, shift_px=0, turn_deg=20.0)
    beam = np.zeros((1, 101, 101), np.uint8)
    beam[0, :51, 49:52] = 200  # from the middle straight up
    angles = []
    for seed in range(20):
        turned = augment(beam, turned_only, np.random.default_rng(seed))[0]
        assert turned[50, 50] > 100
        rows, columns = np.nonzero(turned[:40] > 100)
        angles.append(np.degrees(np.arctan2((columns - 50).mean(), (50 - rows).mean())))
    assert -20.5 < min(angles) < -8 < 8 < max(angles) < 20.5


def test_only_the_view_that_allows_it_is_mirrored() -> None:
    assert for_view(SCANNER, "AR").mirror
    assert not for_view(SCANNER, "HR").mirror
    mirror_only = Augmentation(gain_gray=0.0, gamma=0.0, shift_px=0, mirror=True)
    frames = np.repeat(FRAMES[:1], 40, axis=0)
    mirrored = [
        bool(np.array_equal(one, FRAMES[0, :, ::-1]))
        for one in augment(frames, mirror_only, np.random.default_rng(0))
    ]
    assert 8 < sum(mirrored) < 32
