"""What is measured of one frame: a few shares, on a subsample, in a fraction of a millisecond."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.contract.crop import CropSpec, Gray
from edge.gate import limits

Scene = NDArray[np.uint8]
"""(36, 36) mean gray of the blocks of a window: the picture without its speckle."""

SCENE_SIDE = 36

SAMPLES = 160
"""Rows and columns of a whole frame that are looked at, at least; enough for a share to 0.1 %."""


class Picture(NamedTuple):
    """What there is to look at.

    gray: (height, width) uint8, the whole frame. window: (size, size) uint8, as the network sees
    it. zoom: window pixels for one pixel of the frame, down and across.
    """

    gray: Gray
    window: Gray
    zoom: tuple[float, float] = (1.0, 1.0)


class Look(NamedTuple):
    """Shares, 0 to 1, of one frame and of the window cut out of it.

    unlit: of the frame, at most LIT_GRAY. white: of the window, at least WHITE_GRAY. dead: of the
    window's mid-field columns, those without echo. outside: of the frame's lit pixels, those that
    the window does not show.
    """

    unlit: float
    white: float
    dead: float
    outside: float
    scene: Scene


def look_at(picture: Picture) -> Look:
    """Measure a frame."""
    gray, window, zoom = picture
    rows, columns = (max(1, side // SAMPLES) for side in gray.shape)
    sample = gray[::rows, ::columns]
    lit = np.count_nonzero(sample > limits.LIT_GRAY) / sample.size
    few = window[::2, ::2]
    shown = np.count_nonzero(few > limits.LIT_GRAY) / few.size
    # In frame pixels, so that both are parts of the same area.
    shown_px = shown * window.size / (zoom[0] * zoom[1])
    lit_px = lit * gray.size
    covered = (
        _covered(side * scale, size)
        for side, scale, size in zip(gray.shape, zoom, window.shape, strict=True)
    )
    scene = np.asarray(
        cv2.resize(window, (SCENE_SIDE, SCENE_SIDE), interpolation=cv2.INTER_AREA), np.uint8
    )
    return Look(
        unlit=1 - lit,
        white=np.count_nonzero(few >= limits.WHITE_GRAY) / few.size,
        dead=_dead(scene, *covered),
        outside=max(0.0, 1 - shown_px / lit_px) if lit_px else 0.0,
        scene=scene,
    )


def zoom_of(spec: CropSpec, spacing_mm: tuple[float, float] | None) -> tuple[float, float]:
    """Window pixels for one frame pixel, down and across, as `edge.contract.crop` scales it."""
    if spec.mm_per_px is None or spacing_mm is None:
        return 1.0, 1.0
    return spacing_mm[0] / spec.mm_per_px, spacing_mm[1] / spec.mm_per_px


def _covered(length: float, size: int) -> float:
    """Share of a window's side that a centred frame covers, at most 1."""
    return min(1.0, length / size)


def _dead(scene: Scene, down: float, across: float) -> float:
    """Share of the mid-field's columns without echo; `down`, `across`: what the frame covers."""
    rows, columns = _within(limits.MIDFIELD_DOWN, down), _within(limits.MIDFIELD_ACROSS, across)
    return float(np.mean(scene[rows, columns].mean(axis=0) < limits.DEAD_GRAY))


def _within(part: tuple[float, float], covered: float) -> slice:
    """Blocks of a part of the covered, centred side; one at least."""
    start, stop = (round(SCENE_SIDE * ((1 - covered) / 2 + covered * share)) for share in part)
    return slice(start, max(stop, start + 1))
