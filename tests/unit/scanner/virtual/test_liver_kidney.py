"""Fidelity 4: the liver brightens against the kidney by what its fat is worth."""

import numpy as np
import pytest

from edge.scanner.virtual import Subject, VirtualClip
from edge.scanner.virtual.grid import Field, inner
from edge.scanner.virtual.motion import Pose
from edge.scanner.virtual.tissue import Tissue, from_db
from tests.unit.scanner.virtual.phantom import GRID, SHAPE, Phantom
from tests.unit.scanner.virtual.twins import twin, with_biology


def side_by_side_db(liver_db: float, kidney_db: float, z_mm: float) -> float:
    """Measured liver over kidney in small regions at one depth, both with equal attenuation."""
    tissue = Tissue.uniform(SHAPE, liver_db, 0.6)
    tissue.power[:, SHAPE[1] // 2 :] = from_db(kidney_db)
    power = Phantom(tissue=tissue).power(4)
    rows = slice(round((z_mm - 5) / GRID.sample_mm), round((z_mm + 5) / GRID.sample_mm))
    left, right = power[rows, 20:110].mean(), power[rows, 146:236].mean()
    return float(10 * np.log10(left / right))


@pytest.mark.parametrize("z_mm", [40.0, 70.0, 100.0])
def test_regions_at_one_depth_differ_by_their_backscatter(z_mm: float) -> None:
    assert side_by_side_db(6.0, -1.5, z_mm) == pytest.approx(7.5, abs=0.5)


def gray_ratio(subject: Subject) -> float:
    """Gray of liver over that of the kidney in the same rows; nan where none lie beside."""
    clip = VirtualClip(subject, "HR")
    gray = clip.lines(Pose(), np.random.default_rng(0)).astype(np.float64)
    liver, kidney = regions(clip)
    rows = np.flatnonzero((liver.sum(axis=1) > 15) & (kidney.sum(axis=1) > 15))[:60]
    if len(rows) < 20:
        return float("nan")
    means = [np.mean([gray[row][mask[row]].mean() for row in rows]) for mask in (liver, kidney)]
    return float(means[0] / means[1])


def regions(clip: VirtualClip) -> tuple[Field, Field]:
    """Liver, and the near side of the kidney as it is outlined by hand: all but its sinus.

    Published ratios come from such outlines. With masks of pure cortex the ratios are a tenth
    higher, as 1.96 is what 11.5 dB, the programmed difference at 20 % fat, makes of gray 100.
    """
    tissue = clip.anatomy.sections[0]
    names = {name: inner(mask) for name, mask in tissue.names.items()}
    clear = clip.probe.shadow_db < 1
    liver = (inner(tissue.liver) > 0.98) & (names["portal wall"] < 0.02) & clear
    return liver, (names["kidney"] > 0.5) & (names["sinus"] < 0.5) & clear


BANDS = {(1.2, 4.0): (1.0, 1.25), (10.0, 13.5): (1.3, 1.6), (20.0,): (1.5, 1.8)}
"""Fat, %, and the gray ratios that cut-offs in the literature put there."""


def middle_ratio(fats: tuple[float, ...], **changed: float) -> float:
    """Median over twelve twins of each."""
    twins = [with_biology(twin(seed, fat), **changed) for fat in fats for seed in range(12)]
    return float(np.nanmedian([gray_ratio(subject) for subject in twins]))


@pytest.mark.parametrize("fats", list(BANDS))
def test_gray_ratios_lie_where_the_literature_has_its_cut_offs(fats: tuple[float, ...]) -> None:
    low, high = BANDS[fats]
    assert low < middle_ratio(fats) < high


def test_a_liver_that_fat_does_not_brighten_would_be_noticed() -> None:
    assert not 1.5 < middle_ratio((20.0,), liver_db=1.6) < 1.8
