"""Golden frames: four pairs of different grades with the outputs of every precision."""

import io

import numpy as np

from edge.contract.variant import VirtualFrames
from export.golden import choose, golden_npz
from export.virtual_frames import Pairs

RECORD = VirtualFrames(
    seed=0, presets=(), grades=(), subjects=1, frames=1, simulator=1, sha256="0" * 64
)


def pairs_of(hmrs_pct: list[float]) -> Pairs:
    """Pairs whose frames are as gray as their position."""
    gray = np.arange(len(hmrs_pct), dtype=np.uint8)
    frames = np.broadcast_to(gray[:, None, None], (len(gray), 6, 6)).copy()
    return Pairs(frames, 255 - frames, np.array(hmrs_pct, np.float32), [""] * len(gray), RECORD)


def test_the_middle_pair_of_every_grade_is_chosen() -> None:
    hmrs = np.array([1, 2, 3, 4, 5, 6, 9, 10, 11, 20, 30, 40], np.float32)
    np.testing.assert_array_equal(choose(hmrs), [1, 4, 7, 10])


def test_where_a_grade_is_missing_there_are_still_four() -> None:
    assert len(set(choose(np.array([1, 2, 3, 4, 5, 6], np.float32)))) == 4


def test_a_sample_of_two_gives_two() -> None:
    np.testing.assert_array_equal(choose(np.array([1, 30], np.float32)), [0, 1])


def test_the_file_holds_the_frames_and_what_each_precision_said() -> None:
    pairs = pairs_of([1, 5, 11, 30, 31])
    said = {
        name: np.arange(5, dtype=np.float32) + i for i, name in enumerate(("AR", "HR", "AR+HR"))
    }
    other = {name: values + 10 for name, values in said.items()}
    converted = {"fp32": other, "int8": other}

    data = golden_npz(pairs, said, converted, np.array([1, 3]))  # type: ignore[arg-type]

    with np.load(io.BytesIO(data)) as golden:
        np.testing.assert_array_equal(golden["ar_frames"], pairs.ar_frames[[1, 3]])
        np.testing.assert_array_equal(golden["hr_frames"], pairs.hr_frames[[1, 3]])
        np.testing.assert_array_equal(golden["ar_fat_pct"], [1, 3])
        np.testing.assert_array_equal(golden["pair_fat_pct"], [3, 5])
        np.testing.assert_array_equal(golden["int8_hr_fat_pct"], [12, 14])
        assert "fp32_ar_fat_pct" not in golden
