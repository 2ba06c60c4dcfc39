"""Scatterers seen through the beam: complex fields whose envelope is speckle.

The beam is applied to scatterers at rest; small tissue motion then carries the field along.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.scanner.virtual.anatomy import Anatomy
from edge.scanner.virtual.geometry import Field, Sector

BASES = 3
"""Independent slices across the image plane, blended as the probe moves through them."""

SOUND_MM_US = 1.54
COHERENT = 0.15
"""Share of a surface's power that is mirror-like; the rest is diffuse (all coherent looks like
plastic)."""

LATERAL_FACTOR = 1.45
"""Brings the beam to 1.6 mm at 7 cm, as simulated for one focused transmit (PyMUST, C5-2v)."""

KERNELS = 5


def axial_fwhm_mm(frequency_mhz: float) -> float:
    """Pulse length: 1.15 wavelengths."""
    return 1.15 * SOUND_MM_US / frequency_mhz


def lateral_fwhm_mm(z_mm: Field, frequency_mhz: float, focus_mm: float) -> Field:
    """Beam width: f-number at least 2 and growing, wider away from the transmit focus."""
    wavelength_mm = SOUND_MM_US / frequency_mhz
    f_number = np.maximum(2.0, z_mm / 28)
    away = 1 + 0.35 * np.abs(z_mm - focus_mm) / focus_mm
    return np.asarray(LATERAL_FACTOR * wavelength_mm * f_number * away, np.float32)


def speckle(
    anatomy: Anatomy,
    sector: Sector,
    frequency_mhz: float,
    focus_mm: float,
    rng: np.random.Generator,
) -> Field:
    """One basis field, (SAMPLES, LINES, 2): real and imaginary part; unit mean power at 0 dB."""
    surface = 10 ** (anatomy.interface_db / 10)
    diffuse = np.sqrt((10 ** (anatomy.level_db / 10) + (1 - COHERENT) * surface) / 2)
    field = rng.standard_normal((*diffuse.shape, 2), np.float32) * diffuse[..., np.newaxis]
    field[..., 0] += np.sqrt(COHERENT * surface)
    return through_beam(field.astype(np.float32), sector, frequency_mhz, focus_mm)


def through_beam(field: Field, sector: Sector, frequency_mhz: float, focus_mm: float) -> Field:
    """Blur along and across the lines, white noise keeping its power."""
    sigma = axial_fwhm_mm(frequency_mhz) / sector.step_mm / 2.355
    pulse = unit_power(sigma)
    widths = _widths_in_lines(sector, frequency_mhz, focus_mm)
    nodes = np.geomspace(widths.min(), widths.max(), KERNELS)
    position = np.interp(np.log(widths[:, 0]), np.log(nodes), np.arange(KERNELS))
    blurred = np.zeros_like(field)
    power = np.zeros((len(widths), 1), np.float32)
    kernels = [unit_power(float(node) / 2.355) for node in nodes]
    for number, kernel in enumerate(kernels):
        weight = np.clip(1 - np.abs(position - number), 0, 1).astype(np.float32)[:, np.newaxis]
        rows = np.flatnonzero(weight)
        if not len(rows):
            continue
        # Only the rows that this kernel serves, with the pulse's reach around them.
        reach = len(pulse) // 2 + 1
        first, last = max(0, rows[0] - reach), min(len(widths), rows[-1] + reach + 1)
        part = cv2.sepFilter2D(field[first:last], -1, kernel, pulse)
        blurred[first:last] += part * weight[first:last, :, np.newaxis]
        power += weight**2
        if number:
            before = np.clip(1 - np.abs(position - number + 1), 0, 1)[:, np.newaxis]
            power += 2 * weight * before * _overlap(kernels[number - 1], kernel)
    return np.asarray(blurred / np.sqrt(power)[..., np.newaxis], np.float32)


def unit_power(sigma: float) -> NDArray[np.float32]:
    """Gaussian kernel that leaves the power of white noise as it is; `sigma` in samples."""
    half = max(1, round(3.5 * sigma))
    kernel = np.exp(-0.5 * (np.arange(-half, half + 1) / max(sigma, 0.2)) ** 2)
    return np.asarray(kernel / np.sqrt((kernel**2).sum()), np.float32)


def _widths_in_lines(sector: Sector, frequency_mhz: float, focus_mm: float) -> Field:
    spacing_mm = (sector.radius_mm + sector.z_mm) * sector.line_step
    return np.asarray(
        lateral_fwhm_mm(sector.z_mm, frequency_mhz, focus_mm) / spacing_mm, np.float32
    )


def _overlap(narrow: NDArray[np.float32], wide: NDArray[np.float32]) -> np.float32:
    """Correlation of what two kernels make of the same noise."""
    pad = (len(wide) - len(narrow)) // 2
    middle = wide[pad : len(wide) - pad] if pad > 0 else wide
    return np.float32((narrow * middle).sum())
