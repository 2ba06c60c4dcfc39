"""From echo to gray: loss on the way, noise, time gain, gain, log compression."""

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.scanner.virtual.anatomy import Anatomy
from edge.scanner.virtual.geometry import Field, Sector
from edge.scanner.virtual.subject import Subject

REFERENCE_ATTENUATION = 0.55
"""Of the liver that the scanner's time gain is made for, dB/cm/MHz."""

FOCUS_DB, FOCUS_MM = 2.5, 28.0
FLOOR = np.float32(1e-9)


def loss_db(
    attenuation: Field, sector: Sector, frequency_mhz: float, focus_mm: float, bump_db: float
) -> Field:
    """Two-way loss at each sample, dB: twice the integral of attenuation times frequency.

    `bump_db`: how much louder the transmit focus is.
    """
    step_cm = np.float32(sector.step_mm / 10)
    way = 2 * np.float32(frequency_mhz) * step_cm * np.cumsum(attenuation, axis=0, dtype=np.float32)
    focus = bump_db * np.exp(-(((sector.z_mm - focus_mm) / FOCUS_MM) ** 2) / 2)
    return np.asarray(way - focus, np.float32)


def shadow_db(sector: Sector, rng: np.random.Generator) -> Field:
    """Loss behind ribs or gas at the sides, and at the sector's edge, dB (1, LINES)."""
    edge_db = float(rng.uniform(0, 5))
    angle = sector.angle / np.float32(sector.half_angle)
    shade = edge_db * np.clip((np.abs(angle) - 0.8) / 0.2, 0, 1) ** 2
    for _ in range(int(rng.choice(3, p=(0.45, 0.35, 0.20)))):
        side = float(rng.choice((-1, 1))) * float(rng.uniform(0.55, 1.0))
        width = float(np.deg2rad(rng.uniform(3.5, 8))) / sector.half_angle
        depth_db = float(rng.uniform(8, 30))
        shade = shade + depth_db * np.exp(-(((angle - side) / (width / 2)) ** 4))
    return np.asarray(shade, np.float32)


def time_gain_db(subject: Subject, sector: Sector) -> Field:
    """Gain with depth, dB (SAMPLES, 1): the scanner's own, the operator's slope and sliders."""
    z_cm = sector.z_mm / 10
    made_for = REFERENCE_ATTENUATION + subject.flattening * (
        subject.attenuation - REFERENCE_ATTENUATION
    )
    knots = np.linspace(0, sector.depth_mm, len(subject.sliders_db))
    sliders = np.interp(sector.z_mm[:, 0], knots, subject.sliders_db)[:, np.newaxis]
    slope = 2 * subject.frequency_mhz * made_for + subject.tgc_db_cm
    return np.asarray(z_cm * slope + sliders, np.float32)


def decibels(amplitude: Field) -> Field:
    """20 log10 of an amplitude."""
    return np.asarray(cv2.log(amplitude + FLOOR) * np.float32(20 / np.log(10)), np.float32)


def reference_db(level: Field, anatomy: Anatomy, sector: Sector) -> float:
    """Level of the mid-field liver, 8-45 mm below the capsule, that the gain is set by."""
    below_mm = sector.z_mm - anatomy.capsule_mm
    middle = (anatomy.liver > 0.9) & (below_mm > 8) & (below_mm < 45)
    return float(np.median(level[middle])) if middle.any() else float(np.median(level))


def gray(level: Field, subject: Subject, reference: float) -> NDArray[np.uint8]:
    """Log compression: the reference level becomes the target gray, clipped to 0-255."""
    share = (level - np.float32(reference)) / np.float32(subject.dynamic_range_db)
    share += np.float32(subject.target_gray / 255)
    np.clip(share, 0, 1, out=share)
    if subject.gamma != 1:
        share = np.asarray(cv2.pow(share, subject.gamma), np.float32)
    return np.asarray(cv2.convertScaleAbs(share, alpha=255), np.uint8)
