"""A world that can be computed by hand: uniform tissue under one scanner."""

from dataclasses import dataclass, field
from typing import Any

import msgspec
import numpy as np

from edge.scanner.virtual.anatomy import SECTIONS, Anatomy
from edge.scanner.virtual.grid import LINES, MARGIN, SAMPLES, Field, Grid
from edge.scanner.virtual.loss import focus_db
from edge.scanner.virtual.motion import Pose
from edge.scanner.virtual.probe import Probe
from edge.scanner.virtual.settings import Settings
from edge.scanner.virtual.tissue import Tissue

SHAPE = (SAMPLES, LINES + 2 * MARGIN)
GRID = Grid(radius_mm=60.0, half_angle_rad=0.56, depth_mm=140.0)
SETTINGS = Settings(
    frequency_mhz=3.5,
    radius_mm=60.0,
    half_angle_deg=32.0,
    looks=1,
    focus_mm=70.0,
    noise_db=-200.0,
    dynamic_range_db=60.0,
    gamma=1.0,
    target_gray=100.0,
    grain=(0.8, 1.0),
    sharpening=0.0,
    flattening=0.0,
    tgc_db_cm=0.0,
    sliders_db=(0.0,) * 8,
    frame_px=(640, 480),
    fan_px=350.0,
    edge_drop_db=0.0,
    ornament=0,
)


@dataclass
class Phantom:
    """Uniform tissue, unless `tissue` is given, and a scanner with some settings changed."""

    attenuation: float = 0.5
    changed: dict[str, Any] = field(default_factory=dict)
    tissue: Tissue | None = None

    @property
    def settings(self) -> Settings:
        return msgspec.structs.replace(SETTINGS, **self.changed)

    def pictures(self, seeds: int) -> Field:
        """Received intensities, (seeds, SAMPLES, LINES), each with speckle of its own."""
        tissue = self.tissue or Tissue.uniform(SHAPE, 0.0, self.attenuation)
        anatomy = Anatomy((tissue,) * SECTIONS, np.zeros((1, SHAPE[1]), np.float32), 0.0)
        shadow_db = np.zeros(SHAPE, np.float32)
        shots = []
        for seed in range(seeds):
            rng = np.random.default_rng(seed)
            probe = Probe(self.settings, GRID, anatomy, shadow_db, rng)
            shots.append(10 ** (probe.level_db(Pose(), rng).astype(np.float64) / 10))
        return np.stack(shots)

    def power(self, seeds: int) -> Field:
        """Mean intensity, (SAMPLES, LINES)."""
        return np.asarray(self.pictures(seeds).mean(axis=0))

    def unfocused(self, power: Field) -> Field:
        """Intensity without what the transmit focus adds."""
        return power / 10 ** (focus_db(self.settings, GRID) / 10)


def z_cm() -> Field:
    """Depth of the samples, cm, (SAMPLES,)."""
    return GRID.z[:, 0].astype(np.float64) / 10
