"""What lies under the probe: backscatter, attenuation and interfaces on the polar grid.

Levels are dB re the backscatter of a normal liver; attenuation is dB/cm/MHz.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from edge.contract.grading import View
from edge.scanner.virtual.geometry import Field, Sector
from edge.scanner.virtual.seeds import Leaf, stream
from edge.scanner.virtual.subject import Subject

NOTHING_DB = -200.0


@dataclass
class Anatomy:
    """All arrays (SAMPLES, LINES) float32; `liver` is 0-1.

    `level_db`: diffuse backscatter. `interface_db`: mirror-like surfaces, added as power.
    """

    level_db: Field
    attenuation: Field
    interface_db: Field
    liver: Field
    capsule_mm: Field


def build(subject: Subject, view: View, sector: Sector) -> Anatomy:
    """Anatomy of one view at rest; it does not depend on fat but in the liver's own latents."""
    from edge.scanner.virtual.ar import add_ar
    from edge.scanner.virtual.hr import add_hr
    from edge.scanner.virtual.vessels import add_vessels

    rng = stream(subject.seed, subject.index, Leaf.ANATOMY, int(view == "HR"))
    shape = (len(sector.z_mm), sector.angle.shape[1])
    capsule_mm = subject.wall_mm + 2 * smooth_line(rng, sector, 30.0)
    anatomy = Anatomy(
        level_db=np.full(shape, subject.liver_db, np.float32),
        attenuation=np.full(shape, subject.attenuation, np.float32),
        interface_db=np.full(shape, NOTHING_DB, np.float32),
        liver=np.ones(shape, np.float32),
        capsule_mm=capsule_mm,
    )
    add_texture(anatomy, subject, sector, rng)
    add_vessels(anatomy, sector, rng)
    (add_ar if view == "AR" else add_hr)(anatomy, subject, sector, rng)
    add_wall(anatomy, subject, sector, rng)
    return anatomy


def add_texture(
    anatomy: Anatomy, subject: Subject, sector: Sector, rng: np.random.Generator
) -> None:
    """Uneven echogenicity: smooth fields, and clumping that is stronger in a lean liver.

    Clumping: power times a draw of unit mean and variance 1/nu on 1 mm cells, 1/nu from 0.25 to 0
    as fat goes to 20 %: healthy livers are pre-Rayleigh (Nakagami m 0.81 at 3.5 MHz, Tsui 2017).
    """
    uneven = 0.7 * smooth(rng, sector, 12.0) + 1.1 * smooth(rng, sector, 2.5)
    variance = 0.25 * max(0.0, 1 - subject.true_pct / 20)
    spread = float(np.sqrt(np.log1p(variance)))
    clumps = smooth(rng, sector, 1.0) * spread - spread**2 / 2
    anatomy.level_db += uneven + np.float32(10 / np.log(10)) * clumps


def add_wall(anatomy: Anatomy, subject: Subject, sector: Sector, rng: np.random.Generator) -> None:
    """Skin (12 % of the way to the capsule), fat (to 60 %) and muscle, with fibres along them."""
    z_mm, capsule_mm = sector.z_mm, anatomy.capsule_mm
    share = z_mm / capsule_mm
    bounds = (0.12, 0.60 + 0.04 * smooth_line(rng, sector, 25.0))
    skin, fat, muscle = (np.float32(level) for level in subject.wall_levels_db)
    level = np.where(share < bounds[0], skin, np.where(share < bounds[1], fat, muscle))
    tissue = np.where(share < bounds[0], 0.40, np.where(share < bounds[1], 0.60, 1.05))
    fibres = 4 * smooth(rng, sector, 0.8, across_mm=14.0)
    wall = share < 1
    anatomy.level_db = np.where(wall, level + fibres, anatomy.level_db).astype(np.float32)
    anatomy.attenuation = np.where(wall, tissue, anatomy.attenuation).astype(np.float32)
    anatomy.liver *= ~wall
    modulation = 2.5 * smooth_line(rng, sector, 5.0)
    edges = ((1.0, 9.0, 0.5), (bounds[1], 8.0, 0.4), (bounds[0], 7.0, 0.4))
    for position, level_db, thickness_mm in edges:
        add_surface(anatomy, sector, position * capsule_mm, level_db + modulation, thickness_mm)


def add_surface(
    anatomy: Anatomy, sector: Sector, at_mm: Field, level_db: Field, thickness_mm: float
) -> None:
    """A bright surface at depth `at_mm` of each line, (1, LINES), soft over its thickness."""
    distance = (sector.z_mm - at_mm) / np.float32(thickness_mm)
    surface = level_db - np.float32(4.34) * distance**2
    np.maximum(anatomy.interface_db, surface, out=anatomy.interface_db)


def smooth(
    rng: np.random.Generator, sector: Sector, down_mm: float, across_mm: float | None = None
) -> Field:
    """Unit-variance random field (SAMPLES, LINES), smooth over these lengths."""
    samples, lines = len(sector.z_mm), sector.angle.shape[1]
    width_mm = (sector.radius_mm + sector.depth_mm / 2) * 2 * sector.half_angle
    rows = max(3, round(sector.depth_mm / down_mm))
    columns = max(3, round(width_mm / (across_mm or down_mm)))
    coarse = rng.standard_normal((rows, columns), np.float32)
    field = cv2.resize(coarse, (lines, samples), interpolation=cv2.INTER_CUBIC)
    return np.asarray(field / max(float(field.std()), 1e-6), np.float32)


def smooth_line(rng: np.random.Generator, sector: Sector, across_mm: float) -> Field:
    """Random curve over the lines, (1, LINES), of about unit variance."""
    lines = sector.angle.shape[1]
    width_mm = (sector.radius_mm + sector.depth_mm / 2) * 2 * sector.half_angle
    coarse = rng.standard_normal((1, max(4, round(width_mm / across_mm))), np.float32)
    return np.asarray(cv2.resize(coarse, (lines, 1), interpolation=cv2.INTER_CUBIC), np.float32)


def blend(field: Field, value: Field | float, weight: Field) -> Field:
    """`field` where `weight` is 0, `value` where it is 1."""
    return np.asarray(field + (value - field) * weight, np.float32)
