"""The right kidney: cortex, pyramids and sinus in an uneven ellipse with a bright capsule."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from edge.scanner.virtual.biology import Biology
from edge.scanner.virtual.grid import Field, Grid
from edge.scanner.virtual.polar import angle, distance
from edge.scanner.virtual.presets import Preset
from edge.scanner.virtual.smooth import around, draw_wave, smooth_field, wave
from edge.scanner.virtual.tissue import Tissue, Window, bounds, sheet, soft

OUTERMOST = 1.15
"""How far its uneven outline may reach, in half axes."""
AROUND_MM = 18.0
"""How far the fat around it may."""
LIVER_BEFORE_MM = 8.0
"""Least of the liver between capsule and kidney: the gain is set by it."""
UNEVENNESS = 0.035
"""Of the outline, as a share of its distance from the centre."""


@dataclass(frozen=True)
class Kidney:
    """Its place and shape; u along its long axis, v across it and away from the probe, mm."""

    u: Field
    v: Field
    half_length_mm: float
    half_width_mm: float
    outline: Field
    """Unevenness of the outline around the centre, a curve of `draw_wave`."""

    def window(self, around_mm: float) -> Window:
        """The part of the grid that holds it and what lies that close to it."""
        far_u = self.half_length_mm * OUTERMOST + around_mm
        far_v = self.half_width_mm * OUTERMOST + around_mm
        near = np.maximum(np.abs(self.u) / far_u, np.abs(self.v) / far_v)
        return bounds(near.min(axis=1) < 1), bounds(near.min(axis=0) < 1)

    def within(self, window: Window) -> "Kidney":
        """The same kidney, on a part of the grid."""
        return replace(self, u=self.u[window], v=self.v[window])

    @cached_property
    def turn(self) -> Field:
        """Angle around the centre in a kidney made round, rad."""
        return angle(self.v / self.half_width_mm, self.u / self.half_length_mm)

    @cached_property
    def reach(self) -> Field:
        """0 in the centre, 1 on the outline."""
        shape = distance(self.u / self.half_length_mm, self.v / self.half_width_mm)
        return np.asarray(shape / (1 + UNEVENNESS * around(self.outline, self.turn)))

    @cached_property
    def outside_mm(self) -> Field:
        """Signed distance outside the outline, about right near it."""
        slope = distance(self.u / self.half_length_mm**2, self.v / self.half_width_mm**2)
        slope = slope / np.maximum(self.reach, 0.05)
        return np.asarray((self.reach - 1) / np.maximum(slope, 0.005))


def draw_kidney(grid: Grid, capsule_mm: float, preset: Preset, rng: np.random.Generator) -> Kidney:
    """A kidney where, as steep and as long as the preset has them, with some liver before it."""
    x_mm, below_mm = (
        float(rng.uniform(*wide)) for wide in (preset.kidney_x_mm, preset.kidney_below_mm)
    )
    tilt = float(np.deg2rad(rng.uniform(*preset.kidney_tilt_deg)))
    long_mm, short_mm = float(rng.uniform(*preset.kidney_half_mm)), float(rng.uniform(20, 27))
    centre = x_mm, capsule_mm + max(below_mm, short_mm + LIVER_BEFORE_MM)
    dx, dy = grid.x - np.float32(centre[0]), grid.y - np.float32(centre[1])
    cosine, sine = np.float32(np.cos(tilt)), np.float32(np.sin(tilt))
    u, v = cosine * dx + sine * dy, cosine * dy - sine * dx
    return Kidney(u, v, long_mm, short_mm, draw_wave(rng, 5))


def add_kidney(whole: Tissue, kidney: Kidney, biology: Biology, rng: np.random.Generator) -> None:
    """Paint it, from the rim of fat inwards."""
    near, inside = kidney.window(AROUND_MM), kidney.window(0.0)
    rim, core = kidney.within(near), kidney.within(inside)
    with whole.part(near) as tissue:
        _add_cortex(tissue, rim, biology, rng)
    with whole.part(inside) as tissue:
        _add_pyramids(tissue, core, biology, rng)
        _add_sinus(tissue, core, rng)
    with whole.part(near) as tissue:
        _add_capsule(tissue, rim, rng)


def _add_cortex(tissue: Tissue, kidney: Kidney, biology: Biology, rng: np.random.Generator) -> None:
    """Cortex throughout, in a rim of fat."""
    outside_mm = kidney.outside_mm
    place = kidney.u, kidney.v
    rim_mm = float(rng.uniform(1.5, 4)) * (1 + 0.35 * wave(rng, kidney.turn, 4))
    rim_mm = np.maximum(rim_mm, 0.5) * (1 + np.float32(1.5) * (kidney.v > 0))
    rim_db = 6 + float(rng.normal(0, 1.5)) + 2 * smooth_field(rng, *place, 4.0, 1.5)
    tissue.fill("perirenal fat", soft(rim_mm - outside_mm, 1.5), rim_db, 0.63)
    cortex_db = biology.kidney_db + 0.8 * smooth_field(rng, *place, 3.0)
    tissue.fill("kidney", soft(-outside_mm, 1.0), cortex_db, biology.kidney_attenuation)


def _add_pyramids(
    tissue: Tissue, kidney: Kidney, biology: Biology, rng: np.random.Generator
) -> None:
    """Five to seven darker, blunt triangles between cortex and sinus."""
    count = int(rng.integers(5, 8))
    turns = np.linspace(0, 2 * np.pi, count, endpoint=False) + rng.uniform(0, 2 * np.pi)
    ragged = 0.12 * smooth_field(rng, kidney.u, kidney.v, 4.0)
    inner, outer = np.float32(0.46), np.float32(0.80)
    across = (kidney.reach - inner) / (outer - inner)
    half = float(np.pi)
    for turn in turns + rng.normal(0, 0.12, count):
        apart = np.abs(np.remainder(kidney.turn - float(turn) + half, 2 * half) - half)
        width = np.float32(rng.uniform(0.16, 0.30)) * (np.float32(0.4) + across)
        edge = np.minimum(1 - apart / np.maximum(width, np.float32(0.02)), (1 - across) * 2)
        edge = np.minimum(edge, across * 2) + ragged
        level_db = biology.kidney_db - float(rng.uniform(3, 6))
        tissue.fill("pyramid", np.clip(edge * 2, 0, 1) * (kidney.reach < 1), level_db)


def _add_sinus(tissue: Tissue, kidney: Kidney, rng: np.random.Generator) -> None:
    """Bright fat around vessels and calyces: irregular, reaching out between the pyramids."""
    size = float(rng.uniform(0.40, 0.52))
    ragged = 0.10 * smooth_field(rng, kidney.u, kidney.v, 5.0) + 0.05 * wave(rng, kidney.turn, 9)
    mask = np.clip((size + ragged - kidney.reach) / np.float32(0.12) + np.float32(0.5), 0, 1)
    level_db = 8.5 + float(rng.normal(0, 1.5)) + 3 * smooth_field(rng, kidney.u, kidney.v, 3.5, 1.6)
    tissue.fill("sinus", mask * (kidney.reach < 1), level_db)


def _add_capsule(tissue: Tissue, kidney: Kidney, rng: np.random.Generator) -> None:
    """A thin bright sheet, brightest where the beam meets it squarely."""
    squarely = np.abs(np.sin(kidney.turn)) ** 2
    capsule_db = 1 + 9 * squarely + 2.5 * wave(rng, kidney.turn, 24)
    tissue.shine("renal capsule", sheet(kidney.outside_mm, 0.9), capsule_db)
