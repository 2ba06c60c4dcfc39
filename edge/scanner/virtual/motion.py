"""How the liver moves under the probe: breathing, drift, and holds between repositionings."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

FPS = 30.0
FRAMES = (5, 224)
"""Shortest and longest clip."""

Track = NDArray[np.float64]


class Pose(NamedTuple):
    """Where the liver is under the probe in one frame; the fields are those of Motion."""

    across_mm: float = 0.0
    down_mm: float = 0.0
    section: float = 0.0
    contact: float = 1.0


@dataclass(frozen=True)
class Motion:
    """Of each frame, arrays (frames,).

    across_mm, down_mm: of the liver under the probe. section: distance across the image plane, in
    lengths over which speckle changes. contact: 0 where the probe hardly touches, 1 in good
    contact. hold: number of the hold.
    """

    across_mm: Track
    down_mm: Track
    section: Track
    contact: Track
    hold: NDArray[np.int64]

    def pose(self, number: int) -> Pose:
        """In frame `number`."""
        tracks = (self.across_mm, self.down_mm, self.section, self.contact)
        return Pose(*(float(track[number]) for track in tracks))


def draw_count(rng: np.random.Generator) -> int:
    """Frames of a clip: few to 224, mean 114, as in the paper."""
    low, high = FRAMES
    return int(np.clip(round(float(rng.normal(114, 48))), low, high))


def draw_motion(frames: int, rng: np.random.Generator) -> Motion:
    """Motion of a whole clip at 30 frames a second."""
    time_s = np.arange(frames) / FPS
    period_s, phase = float(rng.uniform(3, 5)), float(rng.uniform(0, 2 * np.pi))
    breathing = float(rng.uniform(0, 2.5)) * np.sin(2 * np.pi * time_s / period_s + phase)
    walk = np.cumsum(_smooth(rng.normal(0, 0.12, frames)))
    drift = float(rng.uniform(-2, 2)) * time_s
    wander = np.cumsum(np.abs(rng.normal(0, 0.06, frames))) + float(rng.uniform(0, 0.6)) * time_s
    hold, moved = _holds(frames, rng)
    across, down = rng.normal(0, 1, (2, 4))
    return Motion(
        across_mm=np.clip(walk + drift, -9, 9) + 4 * np.interp(moved, np.arange(4), across),
        down_mm=breathing + 1.5 * np.interp(moved, np.arange(4), down),
        section=wander + 1.3 * moved,
        contact=_contact(frames, rng),
        hold=hold,
    )


def _smooth(steps: Track) -> Track:
    """A hand does not jump: average steps over three frames, keeping how far they lead."""
    return np.convolve(np.pad(steps, 1), np.ones(3) / 3, "valid")


def _holds(frames: int, rng: np.random.Generator) -> tuple[NDArray[np.int64], Track]:
    """Number of the hold of each frame; and the same as a curve that glides between holds."""
    count = int(rng.choice(3, p=(0.6, 0.3, 0.1)))
    places = np.sort(rng.uniform(0.25, 0.85, 2))[: count if frames >= 60 else 0] * frames
    glide_s = float(rng.uniform(0.3, 0.8))
    number = np.arange(frames)[:, None]
    moved = np.clip((number - places) / (glide_s * FPS) + 0.5, 0, 1)
    eased = moved * moved * (3 - 2 * moved)
    return (moved > 0.5).sum(axis=1), eased.sum(axis=1)


def _contact(frames: int, rng: np.random.Generator) -> Track:
    """One clip in eight starts before the probe sits well."""
    poor, lasts_s = rng.random() < 0.125, float(rng.uniform(0.2, 0.8))
    if not poor or frames < 45:
        return np.ones(frames)
    return np.clip((np.arange(frames) / FPS - 0.1) / lasts_s, 0, 1)
