"""AR, the oblique subcostal view: liver down to the diaphragm, lung and mirror image beyond."""

import numpy as np

from edge.scanner.virtual.anatomy import Anatomy, add_surface, blend, smooth_line
from edge.scanner.virtual.geometry import Sector
from edge.scanner.virtual.subject import Subject

BEYOND_ATTENUATION = 0.6


def add_ar(anatomy: Anatomy, subject: Subject, sector: Sector, rng: np.random.Generator) -> None:
    """A curved, slightly uneven diaphragm, brightest where the beam meets it squarely."""
    deepest_mm = float(rng.uniform(0.74, 0.92)) * sector.depth_mm
    curve_mm = float(rng.uniform(90, 170))
    middle_mm = float(rng.uniform(-30, 30))
    level_db = float(rng.uniform(17, 22))
    beyond_db = subject.liver_db - float(rng.uniform(4, 12))
    thickness_mm = float(rng.uniform(0.7, 1.2))
    at_mm, slope = _arc(sector, deepest_mm, curve_mm, middle_mm)
    at_mm = at_mm + 0.8 * smooth_line(rng, sector, 12.0)
    below = sector.z_mm - at_mm
    # What lies beyond is the liver's own texture, mirrored by the lung and fading.
    mirrored = _mirror(anatomy.level_db, sector, at_mm) - subject.liver_db
    weight = np.clip(below / 1.0, 0, 1)
    fading = beyond_db + mirrored - 0.25 * np.maximum(below, 0)
    anatomy.level_db = blend(anatomy.level_db, fading, weight)
    anatomy.attenuation = blend(anatomy.attenuation, BEYOND_ATTENUATION, weight)
    anatomy.interface_db = np.where(below > 0, -200, anatomy.interface_db).astype(np.float32)
    anatomy.liver *= below < 0
    uneven = 2.5 * smooth_line(rng, sector, 5.0)
    add_surface(anatomy, sector, at_mm, level_db - 18 * np.abs(slope) + uneven, thickness_mm)


def _arc(
    sector: Sector, deepest_mm: float, curve_mm: float, middle_mm: float
) -> tuple[np.ndarray, np.ndarray]:
    """Depth of a bowl-shaped arc along each line, mm, and its tilt against the beam, rad.

    The bowl is a circle of radius `curve_mm` whose lowest point is at (middle_mm, deepest_mm).
    """
    angle = sector.angle.astype(np.float64)
    # Centres measured from the probe's centre of curvature, from which all lines start.
    centre = np.array([middle_mm, deepest_mm + sector.radius_mm - curve_mm])
    along = centre[0] * np.sin(angle) + centre[1] * np.cos(angle)
    off = centre[0] ** 2 + centre[1] ** 2 - curve_mm**2
    radius = along + np.sqrt(np.maximum(along**2 - off, 0))
    normal = np.arctan2(radius * np.sin(angle) - centre[0], radius * np.cos(angle) - centre[1])
    return (radius - sector.radius_mm).astype(np.float32), (normal - angle).astype(np.float32)


def _mirror(level_db: np.ndarray, sector: Sector, at_mm: np.ndarray) -> np.ndarray:
    """The field reflected about depth `at_mm` of each line."""
    samples = level_db.shape[0]
    rows = np.rint((2 * at_mm - sector.z_mm) / sector.step_mm - 0.5).astype(np.intp)
    return np.take_along_axis(level_db, np.clip(rows, 0, samples - 1), axis=0)
