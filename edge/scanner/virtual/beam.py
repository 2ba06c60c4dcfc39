"""The beam: how one scatterer is smeared along and across the lines."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.scanner.virtual.grid import Field, Grid
from edge.scanner.virtual.settings import Settings

FWHM = float(2 * np.sqrt(2 * np.log(2)))
"""Full width at half maximum of a Gaussian of unit standard deviation."""

BANDS = 24
"""Stretches of depth with a kernel each: from one to the next the beam widens by a few percent,
so that no seam shows."""

WIDENING = 0.01
"""Of the beam, for each mm of wall beyond THIN_MM."""

THIN_MM = 15.0

Kernel = NDArray[Any]


class Beam:
    """Point spread of one scanner through one body wall: Gaussian, wider across with depth."""

    def __init__(self, settings: Settings, grid: Grid, wall_mm: float = THIN_MM) -> None:
        self.pulse_mm = pulse_mm(settings)
        self.width_mm = beam_mm(settings, grid.z[:, 0]) * np.float32(
            1 + WIDENING * max(0.0, wall_mm - THIN_MM)
        )
        spacing_mm = (grid.z[:, 0] + np.float32(grid.radius_mm)) * np.float32(grid.line_rad)
        sigma_lines = self.width_mm / spacing_mm / np.float32(FWHM)
        self._pulse = gaussian(self.pulse_mm / FWHM / grid.sample_mm)
        self._bands = [
            (slice(int(rows[0]), int(rows[-1]) + 1), gaussian(float(sigma_lines[rows].mean())))
            for rows in np.array_split(np.arange(len(sigma_lines)), BANDS)
        ]
        sums = np.zeros(len(sigma_lines), np.float32)
        for part, kernel in self._bands:
            sums[part] = kernel.sum() * self._pulse.sum()
        self._sum = sums

    def image(self, field: Field) -> Field:
        """Smear (SAMPLES, lines, channels); white noise keeps its power at every depth."""
        # Not cv2.sepFilter2D: with one of its kernels a single 1 it takes twice as long.
        along = cv2.filter2D(field, -1, self._pulse[:, None])
        seen = np.empty_like(along)
        for part, kernel in self._bands:
            cv2.filter2D(along[part], -1, kernel[None], dst=seen[part])
        return seen

    @property
    def gain(self) -> Field:
        """Amplitude with which a wide, flat reflector would come out, (SAMPLES, 1)."""
        return np.asarray(self._sum[:, None], np.float32)


def pulse_mm(settings: Settings) -> float:
    """Axial FWHM, 1.15 wavelengths: 0.35 to 0.40 mm was simulated for a probe of 79 % bandwidth."""
    return 1.15 * settings.wavelength_mm


def beam_mm(settings: Settings, z_mm: Field) -> Field:
    """Lateral FWHM at depths in mm: an F-number of at least 2, wider out of focus.

    The constant 1.45 gives 1.6 mm at 7 cm and 3.5 MHz, as simulated for one focused transmit
    (SIMUS, probe C5-2v).
    """
    f_number = np.maximum(2, z_mm / 28)
    defocus = 1 + 0.35 * np.abs(z_mm - settings.focus_mm) / settings.focus_mm
    return (1.45 * settings.wavelength_mm * f_number * defocus).astype(np.float32)


def gaussian(sigma: float) -> Kernel:
    """Kernel that leaves the power of white noise as it is; `sigma` in samples."""
    reach = max(1, round(3 * sigma))
    kernel = np.exp(-((np.arange(-reach, reach + 1) / max(sigma, 0.15)) ** 2) / 2)
    return np.asarray(kernel / np.sqrt((kernel**2).sum()), np.float32)
