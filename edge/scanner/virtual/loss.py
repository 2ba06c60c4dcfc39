"""What is lost on the way: attenuation, shadows, the fan's edges, poor contact."""

import cv2
import numpy as np

from edge.scanner.virtual.grid import Field, Grid
from edge.scanner.virtual.settings import Settings
from edge.scanner.virtual.smooth import smooth_line

FOCUS_DB = 2.5
FOCUS_LENGTH_MM = 28.0

APERTURE = cv2.getGaussianKernel(37, 6.0, cv2.CV_32F).T
"""Of what a beam meets on its way, in lines: an echo's path is as wide as the aperture."""


def attenuation_db(attenuation: Field, grid: Grid, frequency_mhz: float) -> Field:
    """Loss there and back at each sample, dB: 2 F times the integral of attenuation.

    `attenuation`: dB/cm/MHz along the lines, starting on the skin.
    """
    step_cm = grid.sample_mm / 10
    met = cv2.filter2D(attenuation, -1, APERTURE)
    summed = np.cumsum(met, axis=0, dtype=np.float32) - met / 2
    return summed * np.float32(2 * frequency_mhz * step_cm)


def focus_db(settings: Settings, grid: Grid) -> Field:
    """How much louder the transmit focus is, dB, (SAMPLES, 1)."""
    off = (grid.z - np.float32(settings.focus_mm)) / np.float32(FOCUS_LENGTH_MM)
    return np.float32(FOCUS_DB) * np.exp(-(off**2) / 2)


def shadow_db(settings: Settings, grid: Grid, wall_mm: float, rng: np.random.Generator) -> Field:
    """Loss behind ribs or gas (0, 1 or 2 of them) and towards the fan's edges, dB.

    Ribs lie in the wall near the fan's sides and move with the probe, not with the liver.
    """
    share = grid.angle / np.float32(grid.half_angle_rad)
    lost = settings.edge_drop_db * np.clip((np.abs(share) - 0.75) / 0.25, 0, 1) ** 2
    count = int(rng.choice(3, p=(0.45, 0.35, 0.20)))
    lost = np.repeat(lost.astype(np.float32), len(grid.z), axis=0)
    for number in range(2):
        place = float(rng.choice((-1, 1)) * rng.uniform(0.55, 1.0))
        width = float(np.deg2rad(rng.uniform(3.5, 8))) / grid.half_angle_rad
        depth_db = float(rng.uniform(8, 30))
        start_mm = float(rng.uniform(0.3, 1.0)) * wall_mm
        inside = np.exp(-((np.abs(share - place) / np.float32(width / 2)) ** 3))
        ramp = np.clip((grid.z - start_mm) / 6, 0, 1)
        if number < count:
            lost += np.float32(depth_db) * inside * ramp
    return lost


def poor_contact_db(grid: Grid, rng: np.random.Generator) -> Field:
    """Loss where the probe hardly touches the skin, dB, (1, lines): worse in some places."""
    uneven = smooth_line(rng, grid.angle * np.float32(grid.radius_mm), 9.0)
    return np.asarray(np.clip(22 + 12 * uneven, 4, 45), np.float32)
