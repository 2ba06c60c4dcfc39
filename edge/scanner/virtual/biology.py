"""What fat does to a liver: attenuation, backscatter, texture; and the kidney beside it."""

import msgspec
import numpy as np

from edge.scanner.virtual.presets import Preset

NORMAL_ATTENUATION = 0.55
"""Attenuation that a scanner's TGC is built for, dB/cm/MHz."""

BLOOD_ATTENUATION = 0.18
BLOOD_DB = -15.0
"""Of blood re normal liver: what a vessel holds of its own and of the receiver's clutter."""

CLUTTER_DB = -20.0
"""Of what the beam's skirts bring into a vessel, re the liver around it: vessels of fatty livers
look washed out, though the liver is bright."""


LEAN_VARIANCE = 0.25
"""Of the scatterer power in a liver without fat; Nakagami m 0.81."""


class Biology(msgspec.Struct, frozen=True, kw_only=True):
    """Acoustic latents of one subject; levels are backscatter re normal liver, dB."""

    liver_attenuation: float
    """dB/cm/MHz."""
    liver_db: float
    kidney_attenuation: float
    """dB/cm/MHz."""
    kidney_db: float
    """Of the renal cortex."""
    vessel_db: float
    portal_wall_db: float
    diaphragm_db: float
    mirror_db: float
    """Of what lies beyond the diaphragm, re this liver."""
    texture_variance: float
    """Of the scatterer power over cells of about 1 mm, re its squared mean; 0 is pure Rayleigh."""

    @property
    def lumen_db(self) -> float:
        """Level inside a vessel of the liver, dB re normal liver."""
        clutter_db = self.liver_db + CLUTTER_DB
        return float(10 * np.log10(10 ** (self.vessel_db / 10) + 10 ** (clutter_db / 10)))

    @property
    def liver_kidney_db(self) -> float:
        """Backscatter of the liver over that of the renal cortex, dB."""
        return self.liver_db - self.kidney_db


def draw_biology(fat_pct: float, preset: Preset, rng: np.random.Generator) -> Biology:
    """Draw the latents of a liver with that much fat; the draws themselves do not see the fat."""
    attenuation, liver, kidney, vessel = (float(draw) for draw in rng.standard_normal(4))
    return Biology(
        liver_attenuation=max(
            0.35, mean_attenuation(fat_pct) + preset.sd_attenuation * attenuation
        ),
        liver_db=mean_backscatter_db(fat_pct) + preset.sd_liver_db * liver,
        kidney_attenuation=float(rng.uniform(0.65, 1.0)),
        kidney_db=-1.5 + preset.sd_kidney_db * kidney,
        vessel_db=BLOOD_DB + 2 * vessel,
        portal_wall_db=float(rng.uniform(*preset.portal_wall_db)),
        diaphragm_db=float(rng.uniform(*preset.diaphragm_db)),
        mirror_db=-float(rng.uniform(4, 12)),
        texture_variance=preset.texture_of_fat * texture_variance(fat_pct)
        + (1 - preset.texture_of_fat) * float(rng.uniform(0, LEAN_VARIANCE)),
    )


def mean_attenuation(fat_pct: float) -> float:
    """Attenuation of a liver, dB/cm/MHz: 0.012 more for each percent of fat.

    Source: AC = 0.501 + 0.012 PDFF in phantoms read by three vendors' scanners (PMC12785858);
    level and curvature as in patients.
    """
    return 0.52 + 0.012 * fat_pct * (1 - 0.004 * fat_pct)


def mean_backscatter_db(fat_pct: float) -> float:
    """Backscatter of a liver re a normal one, dB.

    Concave, 10 to 13 dB up at 20 to 45 %, after Lin 2015 and Andre 2014; the constant 2.2 % was
    chosen so that gray ratios of liver to kidney agree with published cut-offs.
    """
    return float(10 * np.log10(1 + fat_pct / 2.2))


def texture_variance(fat_pct: float) -> float:
    """Excess variance of scatterer power: lean livers are sub-Rayleigh (Nakagami m 0.81 to 1).

    Source: Tsui 2017 (m of healthy livers at 3.5 MHz); fat drives m to 1.
    """
    return LEAN_VARIANCE * max(0.0, 1 - fat_pct / 20)
