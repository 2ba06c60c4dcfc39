"""HR, the hepato-renal view: the right kidney beside and behind the liver."""

from dataclasses import dataclass

import numpy as np

from edge.scanner.virtual.anatomy import Anatomy, blend, smooth, smooth_line
from edge.scanner.virtual.geometry import Field, Sector
from edge.scanner.virtual.subject import Subject

MUSCLE_ATTENUATION = 1.05


@dataclass(frozen=True)
class _Kidney:
    """Coordinates of every sample in the kidney's own frame; 1 on its outline."""

    long: Field
    short: Field

    @property
    def radius(self) -> Field:
        return np.hypot(self.long, self.short)


def add_hr(anatomy: Anatomy, subject: Subject, sector: Sector, rng: np.random.Generator) -> None:
    """Kidney with fat rim, capsule, cortex, pyramids and sinus; muscle behind it."""
    x_mm, y_mm = sector.position_mm()
    long_mm, short_mm = float(rng.uniform(44, 56)), float(rng.uniform(20, 27))
    tilt = float(np.deg2rad(rng.uniform(-25, 15)))
    centre = (float(rng.uniform(-12, 22)), subject.wall_mm + float(rng.uniform(38, 58)))
    across, down = x_mm - centre[0], y_mm - centre[1]
    kidney = _Kidney(
        (across * np.cos(tilt) + down * np.sin(tilt)) / long_mm,
        (down * np.cos(tilt) - across * np.sin(tilt)) / short_mm,
    )
    _add_muscle(anatomy, sector, kidney, rng)
    ragged = kidney.radius + 0.02 * smooth(rng, sector, 9.0)
    _add_rim(anatomy, ragged, short_mm, rng)
    _add_cortex(anatomy, subject, ragged, sector, rng)
    _add_pyramids(anatomy, subject, kidney, rng)
    _add_sinus(anatomy, kidney, sector, rng)
    _add_capsule(anatomy, sector, kidney, short_mm, rng)


def _inside(radius: Field, edge: float, soft: float) -> Field:
    """1 within `edge`, 0 outside, over `soft` in between."""
    return np.asarray(np.clip((edge - radius) / soft + 0.5, 0, 1), np.float32)


def _add_muscle(
    anatomy: Anatomy, sector: Sector, kidney: _Kidney, rng: np.random.Generator
) -> None:
    """Muscle and fat behind the kidney, its boundary soft and uneven."""
    edge = float(rng.uniform(0.9, 1.25)) + 0.15 * smooth_line(rng, sector, 25.0)
    weight = np.clip((kidney.short - edge) / 0.5 + 0.5, 0, 1).astype(np.float32)
    level_db = float(rng.normal(-1, 2)) + 3 * smooth(rng, sector, 2.0, across_mm=18.0)
    anatomy.level_db = blend(anatomy.level_db, level_db, weight)
    anatomy.attenuation = blend(anatomy.attenuation, MUSCLE_ATTENUATION, weight)
    anatomy.interface_db = np.where(weight > 0.5, -200, anatomy.interface_db).astype(np.float32)
    anatomy.liver *= 1 - weight


def _add_rim(anatomy: Anatomy, radius: Field, short_mm: float, rng: np.random.Generator) -> None:
    """Perirenal fat, 1.5-4 mm."""
    edge = 1 + float(rng.uniform(1.5, 4)) / short_mm
    weight = _inside(radius, edge, 0.06)
    anatomy.level_db = blend(anatomy.level_db, 6 + float(rng.normal(0, 1.5)), weight)
    anatomy.attenuation = blend(anatomy.attenuation, 0.6, weight)
    anatomy.interface_db = np.where(weight > 0.5, -200, anatomy.interface_db).astype(np.float32)
    anatomy.liver *= 1 - weight


def _add_cortex(
    anatomy: Anatomy,
    subject: Subject,
    radius: Field,
    sector: Sector,
    rng: np.random.Generator,
) -> None:
    weight = _inside(radius, 1.0, 0.04)
    level_db = subject.kidney_db + 0.8 * smooth(rng, sector, 4.0)
    anatomy.level_db = blend(anatomy.level_db, level_db, weight)
    anatomy.attenuation = blend(anatomy.attenuation, subject.kidney_attenuation, weight)


def _add_pyramids(
    anatomy: Anatomy, subject: Subject, kidney: _Kidney, rng: np.random.Generator
) -> None:
    """Five to seven darker pyramids between cortex and sinus."""
    count = int(rng.integers(5, 8))
    for turn in np.linspace(0, 2 * np.pi, count, endpoint=False) + rng.uniform(0, 1):
        at = 0.66 * np.array([np.cos(turn), np.sin(turn)])
        distance = np.hypot((kidney.long - at[0]) / 0.16, (kidney.short - at[1]) / 0.2)
        level_db = subject.kidney_db - float(rng.uniform(3, 6))
        anatomy.level_db = blend(anatomy.level_db, level_db, _inside(distance, 1.0, 0.4))


def _add_sinus(anatomy: Anatomy, kidney: _Kidney, sector: Sector, rng: np.random.Generator) -> None:
    """Bright, irregular fat and vessels in the middle."""
    ragged = np.hypot(kidney.long / 0.62, kidney.short / 0.4) + 0.25 * smooth(rng, sector, 6.0)
    level_db = 8.5 + float(rng.normal(0, 1.5)) + 2 * smooth(rng, sector, 2.5)
    anatomy.level_db = blend(anatomy.level_db, level_db, _inside(ragged, 0.9, 0.5))


def _add_capsule(
    anatomy: Anatomy,
    sector: Sector,
    kidney: _Kidney,
    short_mm: float,
    rng: np.random.Generator,
) -> None:
    """Thin bright outline, +1 to +10 dB, strongest where the beam meets it squarely."""
    radius = kidney.radius
    squarely = np.abs(kidney.short) / np.maximum(radius, 1e-3)
    level_db = 1 + 9 * squarely + 2 * smooth_line(rng, sector, 6.0)
    surface = level_db - 4.34 * ((radius - 1) * short_mm / 0.6) ** 2
    np.maximum(anatomy.interface_db, surface.astype(np.float32), out=anatomy.interface_db)
