"""The receiver: noise, time gain, gain, log compression, gray."""

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.scanner.virtual.beam import FWHM, gaussian
from edge.scanner.virtual.biology import NORMAL_ATTENUATION
from edge.scanner.virtual.grid import LINES, SAMPLES, Field, Grid
from edge.scanner.virtual.pool import pool_shape
from edge.scanner.virtual.settings import Settings

DB_OF_LOG = np.float32(20 / np.log(10))
FLOOR = np.float32(1e-9)


def noise_pool(settings: Settings, grid: Grid, rng: np.random.Generator) -> Field:
    """Receiver noise for all frames: nearly as long as a pulse along a line, two lines wide."""
    white = rng.standard_normal(pool_shape((SAMPLES, LINES)), dtype=np.float32)
    along = gaussian(0.8 * settings.wavelength_mm / FWHM / grid.sample_mm)
    coloured = cv2.filter2D(cv2.filter2D(white, -1, along[:, None]), -1, gaussian(0.7)[None])
    return np.asarray(coloured * np.float32(10 ** (settings.noise_db / 20) / np.sqrt(2)))


def time_gain_db(settings: Settings, grid: Grid, liver_attenuation: float) -> Field:
    """Gain with depth, dB, (SAMPLES, 1): the scanner's, and the operator's slope and sliders."""
    flat = _taken_for_granted(settings, liver_attenuation)
    knots = np.linspace(0, grid.depth_mm, len(settings.sliders_db))
    sliders = np.interp(grid.z[:, 0], knots, settings.sliders_db)[:, None]
    slope = 2 * settings.frequency_mhz * flat + settings.tgc_db_cm
    return np.asarray(slope * grid.z / 10 + sliders, np.float32)


def shown_attenuation(settings: Settings, liver_attenuation: float, depth_mm: float) -> float:
    """The liver's attenuation less what the time gain takes back of it, dB/cm/MHz.

    All that the fading of one picture with depth can tell: what the operator's slope, sliders and
    flattening change looks like tissue. `depth_mm`: what the sliders are spread over.
    """
    flat = _taken_for_granted(settings, liver_attenuation)
    knots_cm = np.linspace(-0.5, 0.5, len(settings.sliders_db)) * depth_mm / 10
    sliders = float(knots_cm @ settings.sliders_db / (knots_cm @ knots_cm))
    return liver_attenuation - flat - (settings.tgc_db_cm + sliders) / (2 * settings.frequency_mhz)


def _taken_for_granted(settings: Settings, liver_attenuation: float) -> float:
    """Attenuation that the time gain makes up for, dB/cm/MHz: normal, and a share of the rest."""
    return NORMAL_ATTENUATION + settings.flattening * (liver_attenuation - NORMAL_ATTENUATION)


def level_db(amplitude: Field) -> Field:
    """20 log10."""
    return np.asarray(cv2.log(amplitude + FLOOR) * DB_OF_LOG, np.float32)


def amplitude(level: Field) -> Field:
    """The inverse of `level_db`."""
    return np.asarray(cv2.exp(level / DB_OF_LOG), np.float32)


EDGE_SIGMA = 3.0
"""Over which an edge is told from its surroundings, samples and lines."""


def smooth(level: Field, settings: Settings) -> Field:
    """What scanners do against speckle, average neighbouring levels, and for edges, lift them."""
    along, across = settings.grain
    smoothed = cv2.GaussianBlur(level, (0, 0), across, sigmaY=along)
    if settings.sharpening:
        around = cv2.GaussianBlur(smoothed, (0, 0), EDGE_SIGMA)
        share = 1 + settings.sharpening
        smoothed = cv2.addWeighted(smoothed, share, around, -settings.sharpening, 0)
    return np.asarray(smoothed, np.float32)


def compress(level: Field, reference_db: float, settings: Settings) -> NDArray[np.uint8]:
    """Gray of levels in dB: `reference_db` comes out as the target gray, but for gamma."""
    scale = np.float32(1 / settings.dynamic_range_db)
    share = level * scale + np.float32(settings.target_gray / 255 - reference_db * scale)
    share = np.clip(share, 0, 1)
    gray = cv2.convertScaleAbs(cv2.pow(share, settings.gamma), alpha=255.0)
    return np.asarray(gray, np.uint8)
