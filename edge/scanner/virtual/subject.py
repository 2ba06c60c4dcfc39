"""One virtual subject: every latent that its images are made from."""

from typing import Any

import msgspec
import numpy as np

from edge.scanner.virtual.presets import PRESETS, Preset
from edge.scanner.virtual.seeds import Leaf, stream


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """Latents of a subject and of the scanner that looks at him or her."""

    preset: str
    seed: int
    index: int
    true_pct: float
    """Liver fat that the images are made with, %."""
    hmrs_pct: float
    """H-MRS as it would be measured, %."""
    bmi: float
    """kg/m²."""
    wall_mm: float
    """Skin to liver capsule."""
    wall_levels_db: tuple[float, float, float]
    """Skin, fat and muscle re normal liver; a scatter of their own, or auto gain would show the
    liver's level against them."""
    attenuation: float
    """Of the liver, dB/cm/MHz."""
    liver_db: float
    """Backscatter re normal liver."""
    kidney_db: float
    kidney_attenuation: float
    frequency_mhz: float
    radius_mm: float
    """Of the convex probe."""
    half_angle_deg: float
    looks: int
    focus_mm: float
    noise_db: float
    dynamic_range_db: float
    gamma: float
    target_gray: float
    """Gray that the gain brings the mid-field liver to."""
    flattening: float
    tgc_db_cm: float
    sliders_db: tuple[float, ...]
    """Eight TGC sliders, from the skin to full depth."""
    frame_px: tuple[int, int]
    """Width, height."""
    margin: float
    """Height of the 360 px window over the imaged depth."""

    @property
    def liver_kidney_db(self) -> float:
        """Backscatter of the liver over that of the renal cortex, dB."""
        return self.liver_db - self.kidney_db


def draw_subject(
    preset: str, seed: int, index: int = 0, *, fat_pct: float | None = None
) -> Subject:
    """Draw a subject; the same arguments give the same subject.

    Args:
        preset: a key of PRESETS; KeyError for any other.
        seed: of the cohort.
        index: of the subject in it.
        fat_pct: true liver fat, %; None draws it as the paper's population has it. It changes
            what fat changes, and nothing else.
    """
    scatter = PRESETS[preset]
    if fat_pct is None:
        fat_pct = _population(stream(seed, index, Leaf.LABEL))
    biology = stream(seed, index, Leaf.BIOLOGY)
    mrs_pct = fat_pct + scatter.sd_label_pct * float(biology.standard_normal())
    normal = biology.standard_normal(3)
    body = stream(seed, index, Leaf.BODY)
    bmi = float(np.clip(24.0 + 0.09 * fat_pct + body.normal(0, 3.3), 15.3, 38.0))
    wall_mm = float(np.clip(8 + 1.1 * (bmi - 18) + body.normal(0, 3), 8, 38))
    levels = np.array([10.0, -1.0, 3.0]) + body.normal(0, 3, 3)
    return Subject(
        preset=preset,
        seed=seed,
        index=index,
        true_pct=fat_pct,
        hmrs_pct=max(0.27, mrs_pct),
        bmi=bmi,
        wall_mm=wall_mm,
        wall_levels_db=(float(levels[0]), float(levels[1]), float(levels[2])),
        attenuation=max(0.35, attenuation(fat_pct) + scatter.sd_attenuation * float(normal[0])),
        liver_db=backscatter_db(fat_pct) + scatter.sd_liver_db * float(normal[1]),
        kidney_db=-1.5 + scatter.sd_kidney_db * float(normal[2]),
        kidney_attenuation=float(biology.uniform(0.65, 1.0)),
        **_scanner(scatter, stream(seed, index, Leaf.SCANNER)),
    )


def attenuation(fat_pct: float) -> float:
    """Mean attenuation of a liver, dB/cm/MHz: slope 0.012 a percent, a little less when fatty.

    Source: phantoms of three vendors, PMC12785858; level as in patients.
    """
    return 0.52 + 0.012 * fat_pct * (1 - 0.004 * fat_pct)


def backscatter_db(fat_pct: float) -> float:
    """Mean backscatter of a liver re a normal one, dB: up by 10-13 dB at 20-45 % fat, concave."""
    return float(10 * np.log10(1 + fat_pct / 2.2))


def _population(rng: np.random.Generator) -> float:
    """Fat of a subject drawn at random from the population, %."""
    from edge.scanner.virtual.label import STRATA, draw_fat

    shares = np.array(list(STRATA.values())) / sum(STRATA.values())
    grade = list(STRATA)[int(rng.choice(len(shares), p=shares))]
    return draw_fat(grade, rng)


def _scanner(scatter: Preset, rng: np.random.Generator) -> dict[str, Any]:
    return {
        "frequency_mhz": float(rng.choice(scatter.frequency_mhz)),
        "radius_mm": float(rng.choice(scatter.radius_mm)),
        "half_angle_deg": float(rng.uniform(30, 35)),
        "looks": int(rng.choice(scatter.looks)),
        "focus_mm": float(rng.uniform(50, 85)),
        "noise_db": float(rng.uniform(*scatter.noise_db)),
        "dynamic_range_db": float(rng.uniform(*scatter.dynamic_range_db)),
        "gamma": float(rng.uniform(*scatter.gamma)),
        "target_gray": float(rng.normal(100, 9)),
        "flattening": float(rng.uniform(*scatter.flattening)),
        "tgc_db_cm": float(rng.normal(0, scatter.sd_tgc_db_cm)),
        "sliders_db": tuple(float(x) for x in rng.normal(0, scatter.sd_slider_db, 8)),
        "frame_px": scatter.frame_px[int(rng.integers(len(scatter.frame_px)))],
        "margin": float(rng.uniform(1.0, 1.08)),
    }
