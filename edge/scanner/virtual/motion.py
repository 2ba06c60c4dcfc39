"""How tissue moves under a held probe at 30 frames a second."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FPS = 30.0
CLIP_FRAMES = (5, 224)


@dataclass(frozen=True)
class Motion:
    """Of each frame, arrays (frames,): breathing along the beam and drift across it, mm;
    `slice`: position across the image plane, in lengths over which speckle changes.
    """

    down_mm: NDArray[np.float64]
    across_mm: NDArray[np.float64]
    slice: NDArray[np.float64]


def draw_count(rng: np.random.Generator) -> int:
    """Frames of a clip: few to 224, mean 114 as in the paper."""
    low, high = CLIP_FRAMES
    return int(np.clip(round(rng.normal(114, 45)), low, high))


def draw_motion(frames: int, rng: np.random.Generator) -> Motion:
    """Breathing of 0-2.5 mm with a period of 3-5 s, a random walk and a slow drift."""
    time_s = np.arange(frames) / FPS
    period_s, phase = rng.uniform(3, 5), rng.uniform(0, 2 * np.pi)
    breathing = rng.uniform(0, 2.5) * np.sin(2 * np.pi * time_s / period_s + phase)
    walk = np.cumsum(rng.normal(0, 0.12, frames)) + rng.uniform(-2, 2) * time_s
    through = np.cumsum(np.abs(rng.normal(0, 0.06, frames))) + rng.uniform(0, 0.6) * time_s
    return Motion(breathing, walk - walk[0], through)
