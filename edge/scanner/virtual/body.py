"""The body around the liver: BMI and the abdominal wall."""

import msgspec
import numpy as np


class Body(msgspec.Struct, frozen=True, kw_only=True):
    """Latents of one subject's body."""

    bmi: float
    """kg/m², 15.3 to 38."""
    wall_mm: float
    """Skin to liver capsule, 8 to 38 mm."""
    wall_levels_db: tuple[float, float, float]
    """Skin, fat and muscle re normal liver. They scatter on their own: with fixed levels, auto
    gain would show the liver's backscatter against the wall."""


def draw_body(fat_pct: float, rng: np.random.Generator) -> Body:
    """Draw a body; fat reaches it through BMI alone (r about 0.3)."""
    bmi = float(np.clip(24.0 + 0.09 * fat_pct + rng.normal(0, 3.3), 15.3, 38.0))
    wall_mm = float(np.clip(8 + 1.1 * (bmi - 18) + rng.normal(0, 3), 8, 38))
    skin, fat, muscle = (float(level) for level in rng.normal((10.0, -1.0, 3.0), 3.0))
    return Body(bmi=bmi, wall_mm=wall_mm, wall_levels_db=(skin, fat, muscle))
