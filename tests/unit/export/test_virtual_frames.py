"""Frames to calibrate and compare on: every preset and grade, the same bytes each time."""

import msgspec
import numpy as np
import pytest

from edge.contract.crop import CropSpec
from edge.contract.grading import GRADES, grade
from edge.scanner.virtual import PRESETS
from export.virtual_frames import CALIBRATION_SEED, PARITY_SEED, render, subjects, wanted

CROP = CropSpec(size=64, mm_per_px=2.0)


@pytest.mark.parametrize("pairs", [1, 16, 17, 256, 1000, 5000])
def test_there_are_as_many_as_asked_for_and_few_more(pairs: int) -> None:
    asked = wanted(1, pairs)
    number = len(subjects(asked)) * asked.frames

    assert pairs <= number <= pairs * 1.6 + 16
    assert asked.frames <= 8


def test_every_preset_has_every_grade_equally_often() -> None:
    found = subjects(wanted(PARITY_SEED, 1000))

    assert {grade(fat_pct) == named for _, named, fat_pct in found} == {True}
    numbers = {(p, g): sum(one[:2] == (p, g) for one in found) for p in PRESETS for g in GRADES}
    assert len(set(numbers.values())) == 1


def test_the_same_record_gives_the_same_bytes_and_says_so() -> None:
    asked = msgspec.structs.replace(wanted(CALIBRATION_SEED, 1), presets=("single",))
    done: list[None] = []

    one = render(asked, CROP, lambda: done.append(None))
    again = render(asked, CROP, lambda: None)
    other = render(msgspec.structs.replace(asked, seed=PARITY_SEED), CROP, lambda: None)

    assert one.ar_frames.shape == one.hr_frames.shape == (4, 64, 64)
    assert len(done) == 4
    assert one.record == again.record
    assert one.record.sha256 != other.record.sha256
    np.testing.assert_array_equal(one.ar_frames, again.ar_frames)
    assert one.origin[0] == "single S0, frame 1"
