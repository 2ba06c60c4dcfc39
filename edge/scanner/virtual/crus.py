"""The crus: where the diaphragm folds steeply and the hepatic veins meet the vena cava."""

from dataclasses import dataclass

import numpy as np

from edge.scanner.virtual.diaphragm import Diaphragm, bowl, meeting
from edge.scanner.virtual.grid import Grid
from edge.scanner.virtual.organs import oval
from edge.scanner.virtual.tissue import Tissue, soft

Place = tuple[float, float]


@dataclass(frozen=True)
class Crus:
    """The diaphragm on both sides of a fold; `crest_mm`: x, y of the fold's edge."""

    dome: Diaphragm
    crest_mm: Place


def draw_crus(grid: Grid, side: float, rng: np.random.Generator) -> Crus:
    """The liver's own bowl rises to a crest on `side`, -1 or 1; a narrower one begins there."""
    x_mm = side * float(rng.uniform(12, 65))
    y_mm = float(rng.uniform(0.35, 0.72)) * grid.depth_mm
    rise_mm = max(15.0, float(rng.uniform(0.74, 0.95)) * grid.depth_mm - y_mm)
    liver = _rising_to(grid, (x_mm, y_mm), -side, rise_mm, float(rng.uniform(60, 120)), rng)
    drop_mm = float(rng.uniform(4, 24))
    behind = _rising_to(grid, (x_mm, y_mm), side, drop_mm, float(rng.uniform(25, 70)), rng)
    return Crus(meeting(liver, behind), (x_mm, y_mm))


def add_crus(tissue: Tissue, crus: Crus, grid: Grid, rng: np.random.Generator) -> None:
    """Muscle below the crest: of any level, and it dims what lies behind."""
    half_axes = float(rng.uniform(5, 14)), float(rng.uniform(6, 14))
    centre = crus.crest_mm[0], crus.crest_mm[1] + half_axes[1]
    outside = oval(grid, centre, half_axes, float(rng.uniform(-0.5, 0.5)), rng)
    mask = soft(-outside, 3.0) * soft(crus.dome.beyond_mm, 2.0)
    level_db, attenuation = float(rng.normal(-4, 5)), float(rng.uniform(0.8, 3.0))
    tissue.fill("crus", mask, level_db, attenuation)


def _rising_to(
    grid: Grid,
    crest_mm: Place,
    away: float,
    rise_mm: float,
    radius_mm: float,
    rng: np.random.Generator,
) -> Diaphragm:
    """A bowl through the crest, with its lowest point by `rise_mm` lower, on the side `away`."""
    rise_mm = min(rise_mm, radius_mm)
    across_mm = float(np.sqrt(2 * radius_mm * rise_mm - rise_mm**2))
    lowest_mm = crest_mm[0] + away * across_mm, crest_mm[1] + rise_mm
    return bowl(grid, lowest_mm, radius_mm, rng)
