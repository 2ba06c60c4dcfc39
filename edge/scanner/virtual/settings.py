"""The scanner that looks: probe, beam and the settings that an operator chooses."""

import msgspec
import numpy as np

from edge.scanner.virtual.presets import Preset

SOUND_MM_US = 1.54
"""Speed of sound that scanners assume, mm/µs."""


MOST_OF_FRAME = 0.97
"""Share of the frame's height that the fan fills at most."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """One scanner and its settings, held for the whole exam."""

    frequency_mhz: float
    radius_mm: float
    """Of the convex probe's face."""
    half_angle_deg: float
    looks: int
    """Compounded images, averaged in amplitude."""
    focus_mm: float
    noise_db: float
    """Of the receiver, re normal liver at the skin."""
    dynamic_range_db: float
    gamma: float
    target_gray: float
    """Gray that the gain brings the mid-field liver to."""
    grain: tuple[float, float]
    """Smoothing of the levels along and across the lines, SD in samples and in lines."""
    sharpening: float
    """Of edges after the smoothing, as a share of their contrast."""
    flattening: float
    """Share of the patient's own attenuation that the TGC takes out (kappa)."""
    tgc_db_cm: float
    sliders_db: tuple[float, ...]
    """Eight TGC sliders from the skin to full depth."""
    frame_px: tuple[int, int]
    """Width, height."""
    fan_px: float
    """Imaged depth in pixels."""
    edge_drop_db: float
    """Loss at the fan's edges, where the probe lifts off."""
    ornament: int
    """Choice of text, bars and ticks around the fan; 0 draws none."""

    @property
    def wavelength_mm(self) -> float:
        """Of the centre frequency, mm."""
        return SOUND_MM_US / self.frequency_mhz


def draw_settings(preset: Preset, rng: np.random.Generator) -> Settings:
    """Draw a scanner; nothing here knows the patient."""
    # In logarithms, as most scanners smooth a little and a few a lot.
    along, across = (float(np.exp(rng.uniform(*np.log(span)))) for span in preset.grain)
    sliders = rng.normal(0, preset.sd_slider_db, 8)
    frame_px = preset.frame_px[int(rng.integers(len(preset.frame_px)))]
    return Settings(
        frequency_mhz=float(rng.choice(preset.frequency_mhz)),
        radius_mm=float(rng.choice(preset.radius_mm)),
        half_angle_deg=float(rng.uniform(*preset.half_angle_deg)),
        looks=int(rng.choice(preset.looks)),
        focus_mm=float(rng.uniform(50, 85)),
        noise_db=float(rng.uniform(*preset.noise_db)),
        dynamic_range_db=float(rng.uniform(*preset.dynamic_range_db)),
        gamma=float(rng.uniform(*preset.gamma)),
        target_gray=float(np.clip(rng.normal(100, preset.sd_gray), 40, 165)),
        grain=(along, across),
        sharpening=float(rng.uniform(*preset.sharpening)),
        flattening=float(rng.uniform(*preset.flattening)),
        tgc_db_cm=float(rng.normal(0, preset.sd_tgc_db_cm)),
        sliders_db=tuple(float(slider) for slider in sliders),
        frame_px=frame_px,
        fan_px=min(float(rng.uniform(*preset.fan_px)), MOST_OF_FRAME * frame_px[1]),
        edge_drop_db=float(rng.uniform(0, 5)),
        ornament=int(rng.choice(preset.ornaments)),
    )
