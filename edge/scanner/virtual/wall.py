"""The body wall: skin, fat and muscle with fibres and fasciae along them, and the capsule."""

import numpy as np

from edge.scanner.virtual.body import Body
from edge.scanner.virtual.grid import Field, Grid
from edge.scanner.virtual.smooth import smooth_field, smooth_line
from edge.scanner.virtual.tissue import Tissue, sheet, soft

SKIN_SHARE = 0.12
FAT_SHARE = 0.60
"""Of the way from skin to capsule at which skin and fat end; the rest is muscle."""

ATTENUATION = {"skin": 0.40, "fat": 0.60, "muscle": 1.05}
"""dB/cm/MHz. Source: PMC10001275, table 4, muscle between along and across its fibres."""

BELOW_MM = 3.0
"""How far below the capsule its sheet still shows."""


def capsule_depth(wall_mm: float, grid: Grid, rng: np.random.Generator) -> Field:
    """Depth of the liver capsule along each line, mm, (1, lines): uneven by up to 2 mm."""
    uneven = 0.9 * smooth_line(rng, grid.x[:1] * 1.6, 30.0)
    return (wall_mm + np.clip(uneven, -2, 2)).astype(np.float32)


def add_wall(
    tissue: Tissue, body: Body, grid: Grid, capsule_mm: Field, rng: np.random.Generator
) -> None:
    """Paint the wall over whatever lies above the capsule."""
    rows = slice(0, int(np.searchsorted(grid.z[:, 0], float(capsule_mm.max()) + BELOW_MM)))
    with tissue.part((rows, slice(None))) as near:
        _add_layers(near, body, grid, capsule_mm, rng)


def _add_layers(
    tissue: Tissue, body: Body, grid: Grid, capsule_mm: Field, rng: np.random.Generator
) -> None:
    """Skin, fat and muscle on the part of the grid that holds them."""
    rows = slice(0, len(tissue.power))
    z, across = grid.z[rows], grid.x[:1] * 1.6
    bend = 0.05 * smooth_line(rng, across, 25.0)
    skin_mm = SKIN_SHARE * capsule_mm
    fat_mm = (FAT_SHARE + bend) * capsule_mm
    fibres = 4 * smooth_field(rng, grid.x[rows], grid.y[rows], 14.0, 0.9)
    starts = (np.float32(-5) * np.ones_like(fat_mm), skin_mm, fat_mm)
    for name, start, level_db in zip(ATTENUATION, starts, body.wall_levels_db, strict=True):
        mask = soft(z - start, 0.8) * soft(capsule_mm - z, 0.5)
        tissue.fill(name, mask, level_db + fibres, ATTENUATION[name])
    _add_fasciae(tissue, grid, (skin_mm, fat_mm, capsule_mm), body.wall_levels_db, rng)


def _add_fasciae(
    tissue: Tissue,
    grid: Grid,
    bounds_mm: tuple[Field, Field, Field],
    levels_db: tuple[float, float, float],
    rng: np.random.Generator,
) -> None:
    """Thin bright sheets: where the probe touches, between the layers and within them."""
    skin_mm, fat_mm, capsule_mm = bounds_mm
    around_db, z = float(np.mean(levels_db)), grid.z[: len(tissue.power)]
    surfaces = [(0.3 + 0 * fat_mm, 16.0), (skin_mm, 8.0), (fat_mm, 11.0), (capsule_mm, 11.0)]
    for _ in range(int(rng.integers(2, 6))):
        share = float(rng.uniform(0.2, 0.97))
        wavy = 0.03 * smooth_line(rng, grid.x[:1], 15.0)
        surfaces.append(((share + wavy) * capsule_mm, float(rng.uniform(3, 10))))
    for depth_mm, level_db in surfaces:
        uneven = 2.5 * smooth_line(rng, grid.x[:1], 5.0) + 3 * smooth_line(rng, grid.x[:1], 25.0)
        mask = sheet(z - depth_mm, float(rng.uniform(0.4, 0.8)))
        tissue.shine("fascia", mask, around_db + level_db + uneven)
