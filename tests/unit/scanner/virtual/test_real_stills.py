"""The real stills lie within what `realistic` draws: gray, grain and depth profile of the liver."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edge.contract.grading import VIEWS
from edge.scanner.virtual import VirtualClip, draw_cohort
from edge.scanner.virtual.grid import Field, inner
from edge.scanner.virtual.scan_conversion import Gray

STILLS = Path(__file__).resolve().parents[5] / "shared" / "data" / "liver_stills"
FAN_PX = 360
"""Depth of the fan to which all images are brought."""

FIGURES = ("mean", "SD", "grain across", "grain along", "middle - near", "deep - middle")


def to_scale(image: Gray, liver: Gray, fan_px: float) -> tuple[Gray, NDArray[np.bool_]]:
    scale = FAN_PX / fan_px
    small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    size = (small.shape[1], small.shape[0])
    mask = cv2.resize(liver, size, interpolation=cv2.INTER_NEAREST) > 0
    return np.asarray(small, np.uint8), np.asarray(mask)


def figures(image: Gray, liver: NDArray[np.bool_]) -> list[float]:
    """Gray of the liver, size of its grain in pixels, and how its gray changes with depth."""
    gray = image.astype(np.float32)
    rows = np.flatnonzero(liver.any(axis=1))
    thirds = np.array_split(np.arange(rows[0], rows[-1] + 1), 3)
    near, middle, deep = (float(np.median(gray[rows][liver[rows]])) for rows in thirds)
    grain = gray - cv2.GaussianBlur(gray, (0, 0), 6)
    inside = cv2.erode(liver.astype(np.uint8), np.ones((15, 15), np.uint8)) > 0
    values = gray[liver]
    across, along = cell_px(grain, inside), cell_px(grain.T, inside.T)
    return [float(values.mean()), float(values.std()), across, along, middle - near, deep - middle]


def cell_px(grain: Field, inside: Field) -> float:
    """Lag along a row at which the grain's correlation has sunk to one half."""
    power = float((grain[inside] ** 2).mean())
    likeness = [1.0]
    for lag in range(1, 16):
        both = inside[:, :-lag] & inside[:, lag:]
        likeness.append(float((grain[:, :-lag] * grain[:, lag:])[both].mean()) / power)
        if likeness[-1] < 0.5:
            break
    return float(np.interp(-0.5, -np.array(likeness), np.arange(len(likeness))))


def real_figures() -> Field:
    found = []
    for path in sorted((STILLS / "image").glob("*.jpg")):
        image = np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), np.uint8)
        masks = []
        for kind in ("outline", "liver"):
            corners = np.array(json.loads((STILLS / kind / f"{path.stem}.json").read_text()))
            filled = cv2.fillPoly(np.zeros_like(image), [corners.astype(np.int32)], 1)
            masks.append(np.asarray(filled, np.uint8))
        rows = np.flatnonzero(masks[0].any(axis=1))
        found.append(figures(*to_scale(image, masks[1], float(rows[-1] - rows[0]))))
    return np.array(found)


def virtual_figures(preset: str, count: int) -> Field:
    found = []
    for index, subject in enumerate(draw_cohort(preset, count, 5)):
        clip = VirtualClip(subject, VIEWS[index % 2])
        tissue = inner(clip.anatomy.sections[0].liver)
        black = np.zeros((clip.height, clip.width), np.uint8)
        liver = clip.screen.show((tissue > 0.5).astype(np.uint8), black)
        found.append(figures(*to_scale(clip.frame(0), liver, subject.settings.fan_px)))
    return np.array(found)


def inside_share(real: Field, drawn: Field) -> dict[str, float]:
    """Share of the real stills whose figure lies between the least and the most that is drawn."""
    within = (real >= drawn.min(axis=0)) & (real <= drawn.max(axis=0))
    return dict(zip(FIGURES, within.mean(axis=0).tolist(), strict=True))


@pytest.mark.skipif(not STILLS.is_dir(), reason="no real stills here (../shared/data/liver_stills)")
def test_real_livers_lie_within_what_realistic_draws() -> None:
    real = real_figures()
    shares = inside_share(real, virtual_figures("realistic", 60))
    assert min(shares.values()) >= 0.8, shares
    # The control: one scanner alone does not cover them.
    assert min(inside_share(real, virtual_figures("single", 20)).values()) < 0.8
