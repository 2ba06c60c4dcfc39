"""Ultrasound that shows no liver: phantoms, other organs, hearts, seen through other probes too."""

from typing import Any

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from edge.contract.crop import CropSpec, crop
from edge.scanner.virtual import PRESETS, receive
from edge.scanner.virtual.grid import LINES, SAMPLES, Field, Grid, inner
from edge.scanner.virtual.organs import oval
from edge.scanner.virtual.overlay import draw_background
from edge.scanner.virtual.scan_conversion import lay_out
from edge.scanner.virtual.settings import Settings, draw_settings
from edge.scanner.virtual.smooth import grid_field, smooth_line
from edge.scanner.virtual.tissue import sheet, soft

Gray = NDArray[np.uint8]

PROBES = {
    # Radius of the face, half angle, depth; mm and degrees.
    "convex": ((40.0, 65.0), (25.0, 38.0), (80.0, 220.0)),
    "sector": ((1.0, 12.0), (30.0, 48.0), (90.0, 200.0)),
    "linear": ((300.0, 500.0), (2.5, 5.0), (25.0, 70.0)),
}
"""Abdominal, cardiac, and for what lies near the skin; a linear one is a very flat convex one."""


def phantom(spec: CropSpec, rng: np.random.Generator) -> Gray:
    """Even speckle in a fan: a test phantom."""
    settings, grid = _scanner("convex", rng)
    level_db = np.full_like(grid.z + inner(grid.angle), 0.0)
    return _seen(level_db, settings, grid, spec, rng)


def organs(spec: CropSpec, rng: np.random.Generator) -> Gray:
    """Layers, lumps and hollows of any size and brightness; walls around some."""
    settings, grid = _scanner(str(rng.choice(("convex", "sector", "linear"))), rng)
    level_db = 4 * grid_field(rng, grid, 25.0, 6.0) if rng.random() < 0.5 else 0 * grid.x
    for _ in range(int(rng.integers(2, 14))):
        size_mm = grid.depth_mm * float(np.exp(rng.uniform(np.log(0.02), np.log(0.3))))
        level_db = _lump(level_db, grid, size_mm, float(rng.normal(0, 12)), rng)
    for _ in range(int(rng.integers(0, 4))):
        bend_mm = 0.05 * grid.depth_mm * smooth_line(rng, grid.x, 0.2 * grid.depth_mm)
        layer_mm = grid.y - bend_mm - float(rng.uniform(0.05, 1)) * grid.depth_mm
        level_db = level_db + sheet(layer_mm, float(rng.uniform(0.5, 4))) * rng.uniform(5, 25)
    return _seen(inner(level_db), settings, grid, spec, rng)


def heart(spec: CropSpec, rng: np.random.Generator) -> Gray:
    """Two to four dark chambers with bright walls, through a sector probe between the ribs."""
    settings, grid = _scanner("sector", rng)
    level_db = 3 * grid_field(rng, grid, 12.0)
    for _ in range(int(rng.integers(2, 5))):
        size_mm = grid.depth_mm * float(rng.uniform(0.1, 0.25))
        level_db = _lump(level_db, grid, size_mm, float(rng.uniform(-40, -18)), rng)
    fading = float(rng.uniform(0, 0.15)) * grid.z
    sides = np.abs(inner(grid.angle)) / grid.half_angle_rad
    level_db = inner(level_db) - fading - float(rng.uniform(0, 20)) * sides**2
    return _seen(level_db, settings, grid, spec, rng)


def _scanner(probe: str, rng: np.random.Generator) -> tuple[Settings, Grid]:
    radius, angle, depth = (float(rng.uniform(*span)) for span in PROBES[probe])
    drawn = draw_settings(PRESETS["varied"], rng)
    settings = msgspec.structs.replace(drawn, radius_mm=radius, half_angle_deg=angle)
    return settings, Grid(radius, float(np.deg2rad(angle)), depth)


def _lump(
    level_db: Field, grid: Grid, size_mm: float, inside_db: float, rng: np.random.Generator
) -> Field:
    """Put a lump or hollow of its own level somewhere, walled or not."""
    reach_mm = (grid.radius_mm + grid.depth_mm) * float(np.sin(grid.half_angle_rad))
    at = float(rng.uniform(-0.7, 0.7)) * reach_mm, float(rng.uniform(0.1, 1)) * grid.depth_mm
    axes = size_mm, size_mm * float(rng.uniform(0.3, 1))
    outside_mm = oval(grid, at, axes, float(rng.uniform(-1.5, 1.5)), rng)
    mask = soft(-outside_mm, float(rng.uniform(0.5, 4)))
    level_db = level_db + mask * (np.float32(inside_db) - level_db)
    if rng.random() < 0.5:
        level_db = level_db + sheet(outside_mm, float(rng.uniform(0.5, 3))) * rng.uniform(3, 20)
    return level_db


def _seen(
    level_db: Field, settings: Settings, grid: Grid, spec: CropSpec, rng: np.random.Generator
) -> Gray:
    """Speckle of that level, dB re the target gray's, on the scanner's screen, as a window."""
    speckle = _speckle(rng) + level_db + float(rng.normal(0, 0.1)) * grid.z
    lines = receive.compress(receive.smooth(speckle, settings), 0.0, settings)
    screen = lay_out(grid, settings)
    background = draw_background(screen, settings.ornament, rng)
    frame = screen.show(lines, background)
    return crop(frame, spec, (screen.mm_per_px, screen.mm_per_px))


def _speckle(rng: np.random.Generator) -> Field:
    """Fully developed speckle, dB re its mean power, (SAMPLES, LINES)."""
    along, across = float(rng.uniform(1, 3)), float(rng.uniform(1, 5))
    parts: Any = rng.standard_normal((2, SAMPLES, LINES), dtype=np.float32)
    settled = [cv2.GaussianBlur(part, (0, 0), across, sigmaY=along) for part in parts]
    power = sum(part * part for part in settled)
    return receive.level_db(np.sqrt(power / power.mean()))
