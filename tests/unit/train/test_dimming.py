"""Dimmed frames lose with depth what their new label says, and nothing else."""

import numpy as np
import pytest

from edge.scanner.virtual.biology import mean_attenuation
from train.dimming import DYNAMIC_RANGE_DB, FREQUENCY_MHZ, MOST_FAT_PCT, SEEN, WALL_MM, dimmed

MM = 0.45
SIDE = 360
GRAY = 250
FRAMES = np.full((24, SIDE, SIDE), GRAY, np.uint8)
LEAN = np.full(24, 2.0, np.float32)


def rng() -> np.random.Generator:
    return np.random.default_rng(3)


def test_no_share_no_change() -> None:
    frames, fat_pct = dimmed(FRAMES, LEAN, 0.0, MM, rng())

    assert frames is FRAMES
    assert fat_pct is LEAN


def test_gray_falls_by_as_many_decibels_as_the_label_rose() -> None:
    frames, fat_pct = dimmed(FRAMES, LEAN, 1.0, MM, rng())

    middle = frames[:, :, SIDE // 2].astype(float)
    rows = np.arange(SIDE)
    for column, new in zip(middle, fat_pct, strict=True):
        falling = (column < GRAY - 2) & (column > 3)
        if np.count_nonzero(falling) < 40:
            continue
        gray_per_cm = -np.polyfit(rows[falling] * MM / 10, column[falling], 1)[0]
        more = mean_attenuation(float(new)) - mean_attenuation(2.0)
        least = 2 * FREQUENCY_MHZ[0] * more * 255 * SEEN[0] / DYNAMIC_RANGE_DB[1]
        most = 2 * FREQUENCY_MHZ[1] * more * 255 * SEEN[1] / DYNAMIC_RANGE_DB[0]
        assert 0.97 * least <= gray_per_cm <= 1.03 * most
    assert (middle[:, rows * MM < WALL_MM[0]] == GRAY).all()
    assert np.corrcoef(fat_pct, middle[:, -1])[0, 1] < -0.7
    assert 2 <= fat_pct.min() < 10
    assert MOST_FAT_PCT - 8 < fat_pct.max() <= MOST_FAT_PCT


def test_black_stays_black_and_an_echo_stays_one() -> None:
    frames = np.zeros((8, SIDE, SIDE), np.uint8)
    frames[:, :, 100:] = 3

    found, _ = dimmed(frames, np.zeros(8, np.float32), 1.0, MM, rng())

    np.testing.assert_array_equal(found > 0, frames > 0)
    assert (found < frames).any()


def test_a_share_is_a_share_and_the_given_batch_stays_as_it_is() -> None:
    many, fat_pct = np.full((400, 36, 36), 90, np.uint8), np.full(400, 5.0, np.float32)

    found, labels = dimmed(many, fat_pct, 0.25, 10 * MM, rng())

    changed = labels != 5
    np.testing.assert_array_equal(changed, (found != 90).any(axis=(1, 2)))
    assert changed.mean() == pytest.approx(0.25, abs=0.06)
    assert (many == 90).all()
    assert (fat_pct == 5).all()


def test_the_fattest_stay_as_they_are() -> None:
    found, labels = dimmed(FRAMES[:4], np.full(4, 49.0, np.float32), 1.0, MM, rng())

    np.testing.assert_array_equal(found, FRAMES[:4])
    assert (labels == 49).all()
