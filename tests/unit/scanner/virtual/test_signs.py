"""Fidelity 7: the sonographer's signs, portal walls and diaphragm fading as fat rises."""

import numpy as np

from edge.scanner.virtual import Subject, VirtualClip
from edge.scanner.virtual.grid import inner
from edge.scanner.virtual.motion import Pose
from tests.unit.scanner.virtual.twins import spearman, twin, with_biology

FATS = [1.0, 5.0, 12.0, 22.0, 38.0]
STRUCTURES = ("portal wall", "diaphragm")


def contrasts_db(subject: Subject) -> dict[str, float]:
    """Mean level on a structure over that of pure liver in the same rows, before any gain."""
    clip = VirtualClip(subject, "AR")
    level = clip.probe.level_db(Pose(), np.random.default_rng(0))
    tissue = clip.anatomy.sections[0]
    clear = clip.probe.shadow_db < 1
    liver = (inner(tissue.liver) > 0.98) & (inner(tissue.names["portal wall"]) < 0.02) & clear
    found = {}
    for structure in STRUCTURES:
        on = (inner(tissue.names[structure]) > 0.5) & clear
        rows = np.flatnonzero((on.sum(axis=1) > 2) & (liver.sum(axis=1) > 15))
        apart = [level[row][on[row]].mean() - level[row][liver[row]].mean() for row in rows]
        found[structure] = float(np.mean(apart))
    return found


def trends(seeds: range, *, tied: bool) -> dict[str, float]:
    """Rank correlation of fat and contrast; `tied`: levels that rise with the liver's own."""
    found = []
    for seed in seeds:
        twins = [twin(seed, fat) for fat in FATS]
        if tied:
            twins = [as_bright_as_its_liver(subject) for subject in twins]
        series = [contrasts_db(subject) for subject in twins]
        found.append([spearman(FATS, [one[name] for one in series]) for name in STRUCTURES])
    return dict(zip(STRUCTURES, np.mean(found, axis=0).tolist(), strict=True))


def as_bright_as_its_liver(subject: Subject) -> Subject:
    """A subject whose walls brighten with the liver, and whose liver attenuates alike."""
    level_db = subject.biology.liver_db
    return with_biology(
        subject,
        portal_wall_db=13.0 + level_db,
        diaphragm_db=19.0 + level_db,
        liver_attenuation=0.55,
    )


def test_walls_and_diaphragm_drown_as_fat_rises() -> None:
    found = trends(range(8), tied=False)
    assert max(found.values()) < -0.9, found


def test_structures_that_brighten_with_the_liver_would_be_noticed() -> None:
    found = trends(range(3), tied=True)
    assert min(found.values()) > -0.9, found
