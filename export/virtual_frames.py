"""Frames that models are calibrated and compared on: virtual subjects only, of every preset.

A bundle holds frames (its golden ones), so that none may come from a patient, whatever a model was
trained on.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, isqrt

import msgspec
import numpy as np
from numpy.typing import NDArray

from edge.contract.crop import CropSpec, crop
from edge.contract.grading import GRADES, Grade, View
from edge.contract.variant import VirtualFrames
from edge.scanner.virtual import PRESETS, VERSION, VirtualClip, draw_subject
from edge.scanner.virtual.label import fat_at

CALIBRATION_SEED = 7001
PARITY_SEED = 7002
MOST_FRAMES = 8
"""Frames of one clip, at most; more of one subject tell little that is new."""

Frames = NDArray[np.uint8]


@dataclass(frozen=True)
class Pairs:
    """Pairs of frames, uint8 (n, side, side), of subjects with this H-MRS %, (n,)."""

    ar_frames: Frames
    hr_frames: Frames
    hmrs_pct: NDArray[np.float32]
    origin: list[str]
    """Preset, grade and frame of each, in words."""
    record: VirtualFrames

    def __len__(self) -> int:
        return len(self.hmrs_pct)


def wanted(seed: int, pairs: int) -> VirtualFrames:
    """What to render for at least so many pairs, evenly over presets, grades and subjects."""
    each = ceil(pairs / (len(PRESETS) * len(GRADES)))
    frames = min(MOST_FRAMES, isqrt(each - 1) + 1)
    return VirtualFrames(
        seed=seed,
        presets=tuple(PRESETS),
        grades=GRADES,
        subjects=ceil(each / frames),
        frames=frames,
        simulator=VERSION,
        sha256="0" * 64,
    )


def subjects(asked: VirtualFrames) -> list[tuple[str, Grade, float]]:
    """Preset, grade and fat % of every subject; fat lies evenly over its grade's quantiles."""
    return [
        (preset, grade, fat_at(grade, (number + 0.5) / asked.subjects))
        for preset in asked.presets
        for grade in GRADES
        for number in range(asked.subjects)
    ]


def render(asked: VirtualFrames, spec: CropSpec, done: Callable[[], None]) -> Pairs:
    """Render the pairs, cut as the bundle's crop does; `done` is called after each subject."""
    ar: list[Frames] = []
    hr: list[Frames] = []
    hmrs_pct: list[float] = []
    origin: list[str] = []
    for index, (preset, grade, fat_pct) in enumerate(subjects(asked)):
        subject = draw_subject(preset, asked.seed, index, fat_pct=fat_pct)
        ar += _clip(VirtualClip(subject, "AR"), asked.frames, spec)
        hr += _clip(VirtualClip(subject, "HR"), asked.frames, spec)
        hmrs_pct += [subject.hmrs_pct] * asked.frames
        origin += [f"{preset} {grade}, frame {number + 1}" for number in range(asked.frames)]
        done()
    return _pairs(asked, np.array(ar), np.array(hr), np.array(hmrs_pct, np.float32), origin)


def _clip(clip: VirtualClip, frames: int, spec: CropSpec) -> list[Frames]:
    """Windows of frames evenly spread over a clip."""
    numbers = [(2 * i + 1) * clip.count // (2 * frames) for i in range(frames)]
    return [crop(clip.frame(number), spec, clip.spacing_mm) for number in numbers]


def _pairs(
    asked: VirtualFrames, ar: Frames, hr: Frames, hmrs: NDArray[np.float32], origin: list[str]
) -> Pairs:
    digest = hashlib.sha256(ar.tobytes() + hr.tobytes()).hexdigest()
    return Pairs(ar, hr, hmrs, origin, msgspec.structs.replace(asked, sha256=digest))


def of_view(pairs: Pairs, view: View) -> Frames:
    """Frames of one view."""
    return pairs.ar_frames if view == "AR" else pairs.hr_frames
