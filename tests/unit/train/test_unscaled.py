"""Windows of frames whose scale nobody knows."""

from pathlib import Path

import numpy as np
import pytest

from edge.contract.crop import CropSpec
from edge.scanner.virtual import VERSION
from train.cohort import Cohort, CohortRecord, ViewFrames
from train.unscaled import SPACING_MM, unscaled

SIDE = 90


def cohort(mm_per_px: float | None, subjects: int = 40) -> Cohort:
    """Windows with a bright square of a third of their side in the middle, two a subject."""
    pixels = np.zeros((2 * subjects, SIDE, SIDE), np.uint8)
    pixels[:, SIDE // 3 : 2 * SIDE // 3, SIDE // 3 : 2 * SIDE // 3] = 200
    rows = np.arange(2 * subjects)
    frames = ViewFrames(pixels, rows, rows // 2, np.zeros(2 * subjects, np.float32))
    record = CohortRecord(
        preset="single",
        subjects=subjects,
        frames=2,
        seed=1,
        balanced=True,
        crop=CropSpec(size=SIDE, mm_per_px=mm_per_px),
        simulator=VERSION,
    )
    return Cohort(Path("cohort"), record, "0" * 64, {"AR": frames})


def test_each_subjects_tissue_is_as_large_as_pixels_of_its_own_scale_make_it() -> None:
    frames = unscaled(cohort(0.45)).views["AR"]
    pixels = frames.pixels[frames.rows]
    sides = np.sqrt((pixels > 100).sum(axis=(1, 2)))
    zooms = sides / (SIDE / 3)

    assert np.array_equal(sides[::2], sides[1::2]), "a subject's frames differ in scale"
    seen = zooms[zooms < 2.9]  # a square that outgrows the window tells no scale
    assert 0.45 / SPACING_MM[1] - 0.05 <= seen.min() < 0.85
    assert 1.9 < seen.max() <= 0.45 / SPACING_MM[0] + 0.05


def test_the_same_seed_gives_the_same_windows() -> None:
    one, again, other = (unscaled(cohort(0.45), seed).views["AR"].pixels for seed in (1, 1, 2))
    assert np.array_equal(one, again)
    assert not np.array_equal(one, other)


def test_windows_without_a_scale_cannot_lose_it() -> None:
    with pytest.raises(ValueError, match="own scale"):
        unscaled(cohort(None))
