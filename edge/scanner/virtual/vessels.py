"""Vessels of the liver: branching, tapering; portal veins have bright walls, hepatic veins none.

The walls' level is absolute, so that they show in a lean liver and drown in a fatty one.
"""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.scanner.virtual.anatomy import Anatomy, blend
from edge.scanner.virtual.geometry import Sector

RASTER_MM = 0.35
BLOOD_DB = -15.0
BLOOD_ATTENUATION = 0.18
WALL_DB = (12.0, 15.0)
FINE_BITS = 4

Canvas = NDArray[np.uint8]


class _Branch(NamedTuple):
    start_mm: NDArray[np.float64]
    heading: float
    width_mm: float


def add_vessels(anatomy: Anatomy, sector: Sector, rng: np.random.Generator) -> None:
    """Draw two to four trees, portal and hepatic."""
    x_mm, y_mm = sector.position_mm()
    half_mm = float(np.abs(x_mm).max()) + 5
    shape = (round((sector.depth_mm + 10) / RASTER_MM), round(2 * half_mm / RASTER_MM))
    lumen, wall = np.zeros(shape, np.uint8), np.zeros(shape, np.uint8)
    trees = int(rng.integers(2, 5))
    for number in range(trees):
        origin = np.array([rng.uniform(-0.6, 0.6) * half_mm, rng.uniform(0.35, 0.9)])
        origin[1] *= sector.depth_mm
        width_mm = float(rng.uniform(4, 9))
        trunk = _Branch(origin, float(rng.uniform(-np.pi, np.pi)), width_mm)
        _grow(lumen, wall if number % 2 == 0 else None, trunk, half_mm, rng)
    columns = ((x_mm + half_mm) / RASTER_MM).astype(np.float32)
    rows = (y_mm / RASTER_MM).astype(np.float32)
    inside, around = (
        np.float32(1 / 255) * cv2.remap(canvas, columns, rows, cv2.INTER_LINEAR)
        for canvas in (lumen, wall)
    )
    blood_db = BLOOD_DB + 2 * float(rng.standard_normal())
    wall_db = np.float32(rng.uniform(*WALL_DB))
    anatomy.level_db = blend(anatomy.level_db, blood_db, inside)
    anatomy.attenuation = blend(anatomy.attenuation, BLOOD_ATTENUATION, inside)
    anatomy.liver *= 1 - inside
    shown = np.clip(around - inside, 0, 1)
    surface = np.where(shown > 0.05, wall_db + 20 * np.log10(np.maximum(shown, 0.05)), -200)
    np.maximum(anatomy.interface_db, surface.astype(np.float32), out=anatomy.interface_db)


def _grow(
    lumen: Canvas,
    wall: Canvas | None,
    trunk: _Branch,
    half_mm: float,
    rng: np.random.Generator,
) -> None:
    """Draw a tree breadth first, thinner at every fork, until it is under 1.5 mm."""
    waiting = [trunk]
    while waiting:
        branch = waiting.pop(0)
        end, heading, width_mm = _draw(lumen, wall, branch, half_mm, rng)
        if width_mm < 1.5:
            continue
        for side in (-1, 1):
            turn = side * float(rng.uniform(0.3, 0.8))
            waiting.append(_Branch(end, heading + turn, width_mm * float(rng.uniform(0.6, 0.85))))


def _draw(
    lumen: Canvas,
    wall: Canvas | None,
    branch: _Branch,
    half_mm: float,
    rng: np.random.Generator,
) -> tuple[NDArray[np.float64], float, float]:
    """Draw one branch as short, bending, narrowing strokes; gives its end, heading and width."""
    at, heading, width_mm = branch.start_mm.copy(), branch.heading, branch.width_mm
    for _ in range(int(rng.integers(4, 9))):
        heading += float(rng.normal(0, 0.15))
        to = at + 3.5 * np.array([np.cos(heading), np.sin(heading)])
        start, end = _pixel(at, half_mm), _pixel(to, half_mm)
        if wall is not None:
            thick = max(1, round((width_mm + 3.0) / RASTER_MM))
            cv2.line(wall, start, end, 255, thick, cv2.LINE_AA, FINE_BITS)
        cv2.line(
            lumen, start, end, 255, max(1, round(width_mm / RASTER_MM)), cv2.LINE_AA, FINE_BITS
        )
        at, width_mm = to, width_mm * 0.96
    return at, heading, width_mm


def _pixel(point_mm: NDArray[np.float64], half_mm: float) -> tuple[int, int]:
    scale = 2**FINE_BITS / RASTER_MM
    return round(float(point_mm[0] + half_mm) * scale), round(float(point_mm[1]) * scale)
