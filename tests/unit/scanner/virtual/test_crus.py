"""AR views of `varied` that look along the hepatic veins: the diaphragm folds at the crus."""

import numpy as np

from edge.scanner.virtual import VirtualClip, draw_subject
from edge.scanner.virtual.crus import draw_crus
from edge.scanner.virtual.diaphragm import Diaphragm, bowl
from edge.scanner.virtual.grid import Grid, inner

GRID = Grid(radius_mm=60.0, half_angle_rad=0.7, depth_mm=170.0)
BESIDE_MM = (12.0, 30.0)
"""How far from the crest the surface is looked at, to both sides."""
SEEDS = range(30)


def surface_mm(diaphragm: Diaphragm) -> tuple[np.ndarray, np.ndarray]:
    """x and y where each line first goes beyond it, mm."""
    beyond = diaphragm.beyond_mm > 0
    lines = np.flatnonzero(beyond.any(axis=0))
    rows = beyond.argmax(axis=0)[lines]
    return GRID.x[rows, lines], GRID.y[rows, lines]


def fold_mm(diaphragm: Diaphragm, at_mm: tuple[float, float]) -> float:
    """How much deeper the surface lies beside a place than at it, on the shallower side."""
    x, y = surface_mm(diaphragm)
    here = np.abs(x - at_mm[0]) < 5
    least, most = BESIDE_MM
    sides = [(way * (x - at_mm[0]) > least) & (way * (x - at_mm[0]) < most) for way in (-1.0, 1.0)]
    if not here.any() or not all(side.any() for side in sides):
        return float("nan")
    return float(min(y[side].max() for side in sides) - y[here].min())


def test_the_diaphragm_lies_deeper_on_both_sides_of_the_crest() -> None:
    folds, ordinary = [], []
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        crus = draw_crus(GRID, float(rng.choice((-1.0, 1.0))), rng)
        folds.append(fold_mm(crus.dome, crus.crest_mm))
        plain = bowl(GRID, (crus.crest_mm[0] / 2, 140.0), 90.0, rng)
        ordinary.append(fold_mm(plain, crus.crest_mm))
    assert np.mean(np.isfinite(folds)) > 0.8
    assert np.nanmedian(folds) > 5, folds
    # The control: a diaphragm without a crus rises on one side of any place but its lowest.
    assert np.nanmedian(ordinary) < 3, ordinary


def test_half_of_the_varied_views_show_it_and_none_of_the_others() -> None:
    shown = {
        preset: [
            "crus" in VirtualClip(draw_subject(preset, 61, index), "AR").anatomy.sections[0].names
            for index in range(count)
        ]
        for preset, count in (("varied", 24), ("realistic", 8), ("multi", 4), ("single", 4))
    }
    assert 6 <= sum(shown.pop("varied")) <= 18
    assert not any(any(found) for found in shown.values())


def test_hepatic_veins_reach_the_crest() -> None:
    """They are cut along their length and widest there: blood near the crest in most views."""
    near = []
    for index in range(40):
        clip = VirtualClip(draw_subject("varied", 62, index), "AR")
        tissue = clip.anatomy.sections[0]
        if "crus" not in tissue.names:
            continue
        crus, vessel = inner(tissue.names["crus"]) > 0.5, inner(tissue.names["vessel"]) > 0.5
        if not crus.any():
            continue
        x, y = inner(clip.grid.x), inner(clip.grid.y)
        top = y[crus].argmin()
        off_mm = np.hypot(x - x[crus][top], y - y[crus][top])
        near.append(bool((vessel & (off_mm < 25)).any()))
    assert len(near) >= 8
    assert np.mean(near) >= 0.6, near
