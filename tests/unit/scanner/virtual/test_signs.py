"""Fidelity 7: the sonographer's signs, portal walls and diaphragm fading as fat rises."""

import numpy as np
import pytest

from edge.scanner.virtual import Subject, VirtualClip
from edge.scanner.virtual.grid import inner
from edge.scanner.virtual.motion import Pose
from tests.unit.scanner.virtual.twins import spearman, twin, with_biology

FATS = (1.0, 5.0, 12.0, 22.0, 38.0)


def contrast_db(subject: Subject, structure: str) -> float:
    """Mean level on a structure over that of pure liver in the same rows, before any gain."""
    clip = VirtualClip(subject, "AR")
    level = clip.probe.level_db(Pose(), np.random.default_rng(0))
    tissue = clip.anatomy.sections[0]
    clear = clip.probe.shadow_db < 1
    on = (inner(tissue.names[structure]) > 0.5) & clear
    liver = (inner(tissue.liver) > 0.98) & (inner(tissue.names["portal wall"]) < 0.02) & clear
    rows = np.flatnonzero((on.sum(axis=1) > 2) & (liver.sum(axis=1) > 15))
    return float(
        np.mean([level[row][on[row]].mean() - level[row][liver[row]].mean() for row in rows])
    )


def trend(structure: str, seed: int, **tied: float) -> float:
    """Rank correlation of fat and contrast; `tied` levels rise with the liver's own."""
    contrasts = []
    for fat in FATS:
        subject = twin(seed, fat)
        levels = {name: level + subject.biology.liver_db for name, level in tied.items()}
        contrasts.append(contrast_db(with_biology(subject, **levels), structure))
    return spearman(list(FATS), contrasts)


SEEDS = range(8)


@pytest.mark.parametrize("structure", ["portal wall", "diaphragm"])
def test_bright_structures_drown_as_fat_rises(structure: str) -> None:
    assert np.mean([trend(structure, seed) for seed in SEEDS]) < -0.9


def test_walls_that_brighten_with_the_liver_would_be_noticed() -> None:
    assert np.mean([trend("portal wall", seed, portal_wall_db=13.0) for seed in SEEDS[:4]]) > -0.9
