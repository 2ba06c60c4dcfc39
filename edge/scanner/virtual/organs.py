"""Structures that some subjects show: gallbladder, inferior vena cava, a ligament."""

import numpy as np

from edge.scanner.virtual.grid import Field, Grid
from edge.scanner.virtual.polar import angle, distance
from edge.scanner.virtual.smooth import smooth_field, wave
from edge.scanner.virtual.tissue import Tissue, sheet, soft

BILE_DB = -32.0
BILE_ATTENUATION = 0.02


def add_sac(
    tissue: Tissue,
    name: str,
    outside_mm: Field,
    contents: tuple[float, float],
    wall_db: float,
    here: Field,
) -> None:
    """A hollow organ: `contents` are level (dB) and attenuation; `here` is where it may be."""
    level_db, attenuation = contents
    tissue.fill(name, soft(-outside_mm, 1.0) * here, level_db, attenuation)
    tissue.shine(name + " wall", sheet(outside_mm - 0.7, 1.0) * here, wall_db)


def oval(
    grid: Grid,
    centre_mm: tuple[float, float],
    half_axes_mm: tuple[float, float],
    tilt_rad: float,
    rng: np.random.Generator,
) -> Field:
    """Signed distance outside an uneven oval, mm, about right near its outline."""
    dx, dy = grid.x - np.float32(centre_mm[0]), grid.y - np.float32(centre_mm[1])
    cosine, sine = np.float32(np.cos(tilt_rad)), np.float32(np.sin(tilt_rad))
    u = (cosine * dx + sine * dy) / np.float32(half_axes_mm[0])
    v = (cosine * dy - sine * dx) / np.float32(half_axes_mm[1])
    uneven = 0.05 * wave(rng, angle(v, u), 3)
    return (distance(u, v) / (1 + uneven) - 1) * np.float32(min(half_axes_mm))


def add_ligament(
    tissue: Tissue,
    grid: Grid,
    centre_mm: tuple[float, float],
    here: Field,
    rng: np.random.Generator,
) -> None:
    """The round ligament in cross-section: a small, bright, ragged patch that casts a shadow."""
    half_axes = float(rng.uniform(4, 8)), float(rng.uniform(3, 6))
    ragged = 1.2 * smooth_field(rng, grid.x, grid.y, 3.0)
    outside = oval(grid, centre_mm, half_axes, float(rng.uniform(-0.5, 0.5)), rng) + ragged
    tissue.fill("ligament", soft(-outside, 2.0) * here, 11.0 + float(rng.normal(0, 2)), 2.2)
