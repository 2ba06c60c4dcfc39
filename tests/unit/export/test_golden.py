"""Golden frames: four pairs of different grades with their outputs."""

import io

import numpy as np

from export.golden import choose, golden_npz
from export.run_folder import Sample


def sample_of(hmrs_pct: list[float]) -> Sample:
    """A sample whose frames are as gray as their position."""
    gray = np.arange(len(hmrs_pct), dtype=np.uint8)
    frames = np.broadcast_to(gray[:, None, None], (len(gray), 6, 6)).copy()
    return Sample(frames, 255 - frames, np.array(hmrs_pct, np.float32))


def test_the_middle_pair_of_every_grade_is_chosen() -> None:
    sample = sample_of([1, 2, 3, 4, 5, 6, 9, 10, 11, 20, 30, 40])
    np.testing.assert_array_equal(choose(sample), [1, 4, 7, 10])


def test_where_a_grade_is_missing_there_are_still_four() -> None:
    chosen = choose(sample_of([1, 2, 3, 4, 5, 6]))
    assert len(set(chosen)) == 4


def test_a_sample_of_two_gives_two() -> None:
    np.testing.assert_array_equal(choose(sample_of([1, 30])), [0, 1])


def test_the_file_holds_the_frames_and_what_the_models_said() -> None:
    sample = sample_of([1, 5, 11, 30, 31])
    said = {
        name: np.arange(5, dtype=np.float32) + i for i, name in enumerate(("AR", "HR", "AR+HR"))
    }
    with np.load(io.BytesIO(golden_npz(sample, said, np.array([1, 3])))) as golden:
        np.testing.assert_array_equal(golden["ar_frames"], sample.ar_frames[[1, 3]])
        np.testing.assert_array_equal(golden["hr_frames"], sample.hr_frames[[1, 3]])
        np.testing.assert_array_equal(golden["ar_fat_pct"], [1, 3])
        np.testing.assert_array_equal(golden["hr_fat_pct"], [2, 4])
        np.testing.assert_array_equal(golden["pair_fat_pct"], [3, 5])
