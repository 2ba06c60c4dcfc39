"""The diaphragm: a curved, uneven mirror of air with the liver's image behind it."""

from dataclasses import dataclass

import numpy as np

from edge.scanner.virtual.grid import Field, Grid
from edge.scanner.virtual.polar import angle, distance
from edge.scanner.virtual.smooth import look_up, smooth_line
from edge.scanner.virtual.tissue import Tissue, from_db, sheet

OBLIQUE_DB = 18.0
"""Lost where the beam grazes it."""

MIRROR_FADING_DB_MM = 0.25

REACH_MM = np.float32(200)
"""Along it, to both sides of its lowest point, up to which it goes on bending."""


@dataclass(frozen=True)
class Diaphragm:
    """Signed distance beyond it, mm, and where each place lies when mirrored in it, mm."""

    beyond_mm: Field
    mirrored_x: Field
    mirrored_y: Field
    sample_mm: float

    @property
    def facing(self) -> Field:
        """Cosine between the beam and the surface's normal."""
        step = (self.beyond_mm[1:] - self.beyond_mm[:-1]) / np.float32(self.sample_mm)
        return np.clip(np.vstack((step[:1], step)), -1, 1)


def bowl(
    grid: Grid, lowest_mm: tuple[float, float], radius_mm: float, rng: np.random.Generator
) -> Diaphragm:
    """A circle with its lowest point at x, y, bent by some mm so that no two are alike.

    Beside its centre and above, it goes straight up.
    """
    dx = grid.x - np.float32(lowest_mm[0])
    dy = np.maximum(grid.y - np.float32(lowest_mm[1] - radius_mm), np.float32(0))
    from_centre = np.maximum(distance(dx, dy), np.float32(1))
    along_mm = np.clip(angle(dx, dy) * np.float32(radius_mm), -REACH_MM, REACH_MM)
    table = np.arange(-REACH_MM, REACH_MM + 1, dtype=np.float32)[None]
    bends = 6.5 * smooth_line(rng, table, 60.0) + 1.4 * smooth_line(rng, table, 18.0)
    bent_mm = look_up(bends[0], along_mm + REACH_MM)
    beyond_mm = from_centre - np.float32(radius_mm) - bent_mm
    fold = 2 * np.maximum(beyond_mm, 0) / from_centre
    return Diaphragm(beyond_mm, grid.x - fold * dx, grid.y - fold * dy, grid.sample_mm)


def meeting(one: Diaphragm, other: Diaphragm) -> Diaphragm:
    """Two bowls side by side: a fold where they meet, each with its own mirror image beyond."""
    first = one.beyond_mm < other.beyond_mm
    return Diaphragm(
        np.where(first, one.beyond_mm, other.beyond_mm),
        np.where(first, one.mirrored_x, other.mirrored_x),
        np.where(first, one.mirrored_y, other.mirrored_y),
        one.sample_mm,
    )


def mirror_image(diaphragm: Diaphragm, mirror_db: float) -> Field:
    """Power of what is seen beyond, re what is mirrored; 1 on this side."""
    beyond = diaphragm.beyond_mm
    level_db = mirror_db - MIRROR_FADING_DB_MM * np.maximum(beyond, 0)
    return np.where(beyond > 0, from_db(level_db), np.float32(1)).astype(np.float32)


def add_diaphragm(
    tissue: Tissue,
    diaphragm: Diaphragm,
    level_db: float,
    thickness: tuple[float, float],
    grid: Grid,
    rng: np.random.Generator,
) -> None:
    """Paint the surface, brightest where the beam meets it squarely, a fainter twin, and
    the haze of what goes to and fro behind it. Its thickness is drawn from a range, mm.
    """
    graze = np.sqrt(1 - diaphragm.facing**2)
    uneven = 2.5 * smooth_line(rng, grid.x[-1:], 4.5) + 2 * smooth_line(rng, grid.x[-1:], 30.0)
    bright_db = level_db - OBLIQUE_DB * graze + uneven
    thickness_mm = float(rng.uniform(*thickness))
    tissue.shine("diaphragm", sheet(diaphragm.beyond_mm, thickness_mm), bright_db)
    twin_mm = float(rng.uniform(2.0, 4.5))
    twin_db = bright_db - float(rng.uniform(8, 18))
    tissue.shine("twin", sheet(diaphragm.beyond_mm - twin_mm, 0.8), twin_db)
    haze_db = bright_db - float(rng.uniform(13, 24))
    fading = np.exp(-np.maximum(diaphragm.beyond_mm, 0) / np.float32(rng.uniform(3, 9)))
    tissue.power += (diaphragm.beyond_mm > 0) * fading * from_db(haze_db)
