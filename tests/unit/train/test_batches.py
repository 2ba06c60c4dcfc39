"""Dimmed frames come with new labels, the same for the same seed, and never to validate on."""

import numpy as np

from train.augment import LIGHT
from train.batches import Dimming, FrameBatches
from train.cohort import ViewFrames

NUMBER = 60
FRAMES = ViewFrames(
    np.full((NUMBER, 36, 36), 90, np.uint8),
    np.arange(NUMBER),
    np.arange(NUMBER),
    np.full(NUMBER, 3.0, np.float32),
)
DIMMING = Dimming(0.5, 4.5)


def test_a_frame_has_a_new_label_where_and_only_where_it_is_dimmed() -> None:
    pixels, fat_pct = FrameBatches(FRAMES, NUMBER, seed=1, dimming=DIMMING)[0]

    relabelled = fat_pct[:, 0] != 3
    np.testing.assert_array_equal(relabelled, (pixels != 90).any(axis=(1, 2, 3)))
    assert 15 <= relabelled.sum() <= 45
    assert (fat_pct.shape, fat_pct.dtype) == ((NUMBER, 1), np.float32)


def test_the_same_seed_dims_the_same_and_another_epoch_does_not() -> None:
    first, again = (
        FrameBatches(FRAMES, NUMBER, seed=1, augmentation=LIGHT, dimming=DIMMING) for _ in range(2)
    )

    for one, other in zip(first[0], again[0], strict=True):
        np.testing.assert_array_equal(one, other)
    first.on_epoch_end()
    assert not np.array_equal(np.sort(first[0][1]), np.sort(again[0][1]))


def test_frames_to_validate_on_are_as_they_are() -> None:
    pixels, fat_pct = FrameBatches(FRAMES, NUMBER, dimming=DIMMING)[0]

    assert (pixels == 90).all()
    assert (fat_pct == 3).all()
