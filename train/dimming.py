"""Frames dimmed with depth as more fat would dim them, and labelled so.

On a virtual liver every sign of fat follows one number, and a network reads the signs that are
easiest there: how walls drown, how the parenchyma stands out from vessels. On a real picture these
depend on the scanner, and a network so trained hardly heeds one that does nothing but dim
(docs/decisions/0013). In a small share of its frames nothing but the dimming tells of the fat.
"""

import numpy as np
from numpy.typing import NDArray

from edge.scanner.virtual.biology import mean_attenuation
from train.augment import Frames

FatPct = NDArray[np.float32]

MOST_FAT_PCT = 45.0
"""No frame is made fatter than that; fatter ones stay as they are."""

FREQUENCY_MHZ = (2.8, 3.5)
DYNAMIC_RANGE_DB = (55.0, 65.0)
"""The cohort's scanners: presets single, multi, and the middle of realistic."""
SEEN = (0.7, 1.0)
"""Share of a loss that stays visible: the operator's time gain takes out the rest."""
PROBE_RADIUS_MM = (40.0, 65.0)
WALL_MM = (10.0, 30.0)
"""Of skin, fat and muscle, which dim as before."""


def dimmed(
    frames: Frames, fat_pct: FatPct, share: float, mm_per_px: float, rng: np.random.Generator
) -> tuple[Frames, FatPct]:
    """Dim a share of a batch of frames (n, side, side), and raise their fat, percentage points.

    Two ways through the liver lose 2 F (a(new) - a(old)) dB a centimetre, with a in dB/cm/MHz as in
    the virtual cohort; 255 gray levels stand for the dynamic range. Depth is along the beam of a
    convex probe at the top of the window. Black stays black. The batch given is not changed.
    """
    chosen = np.flatnonzero(rng.random(len(frames)) < share)
    if not chosen.size:
        return frames, fat_pct
    frames, fat_pct = frames.copy(), fat_pct.copy()
    for number in chosen:
        old = float(fat_pct[number])
        new = rng.uniform(old, max(old, MOST_FAT_PCT))
        loss_db_cm = (
            2 * rng.uniform(*FREQUENCY_MHZ) * (mean_attenuation(new) - mean_attenuation(old))
        )
        gray_per_db = 255 * rng.uniform(*SEEN) / rng.uniform(*DYNAMIC_RANGE_DB)
        lost = loss_db_cm * gray_per_db * _liver_cm(frames.shape[1], mm_per_px, rng)
        frames[number] = np.clip(frames[number] - lost, frames[number] > 0, 255)
        fat_pct[number] = new
    return frames, fat_pct


def _liver_cm(side: int, mm_per_px: float, rng: np.random.Generator) -> NDArray[np.float32]:
    """Way through the liver down to each pixel, cm (side, side)."""
    radius_mm = rng.uniform(*PROBE_RADIUS_MM)
    down_mm = np.arange(side, dtype=np.float32)[:, np.newaxis] * mm_per_px + radius_mm
    across_mm = (np.arange(side, dtype=np.float32) - (side - 1) / 2) * mm_per_px
    depth_mm = np.hypot(down_mm, across_mm) - radius_mm - rng.uniform(*WALL_MM)
    return np.asarray(np.maximum(depth_mm, 0) / 10, np.float32)
