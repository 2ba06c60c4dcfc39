"""What is measured of one frame: a few shares, on a subsample, in a fraction of a millisecond."""

from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.fan.placing import Placed, Span
from edge.gate import limits

Scene = NDArray[np.uint8]
"""(36, 36) mean gray of the blocks of a window: the picture without its speckle."""

SCENE_SIDE = 36

SAMPLES = 160
"""Rows and columns of a whole frame that are looked at, at least; enough for a share to 0.1 %."""


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


def look_at(placed: Placed) -> Look:
    """Measure a frame and its window."""
    gray, window, zoom = placed.gray, placed.window, placed.zoom
    rows, columns = (max(1, side // SAMPLES) for side in gray.shape)
    sample = gray[::rows, ::columns]
    lit = np.count_nonzero(sample > limits.LIT_GRAY) / sample.size
    few = window[::4]
    shown = np.count_nonzero(few > limits.LIT_GRAY) / few.size
    # In frame pixels, so that both are parts of the same area.
    shown_px = shown * window.size / (zoom[0] * zoom[1])
    lit_px = lit * gray.size
    scene = np.asarray(
        cv2.resize(window, (SCENE_SIDE, SCENE_SIDE), interpolation=cv2.INTER_AREA), np.uint8
    )
    return Look(
        unlit=1 - lit,
        white=np.count_nonzero(few >= limits.WHITE_GRAY) / few.size,
        dead=_dead(scene, placed.covered),
        outside=max(0.0, 1 - shown_px / lit_px) if lit_px else 0.0,
        scene=scene,
    )


def _dead(scene: Scene, covered: tuple[Span, Span]) -> float:
    """Share of the mid-field's columns without echo; `covered`: what the frame fills."""
    part = scene[_midfield(covered)]
    dead = part.sum(axis=0) < limits.DEAD_GRAY * part.shape[0]
    return float(np.count_nonzero(dead) / dead.size)


@lru_cache(maxsize=64)
def _midfield(covered: tuple[Span, Span]) -> tuple[slice, slice]:
    """Blocks of the mid-field; the same for all frames of a scanner's setup."""
    down, across = covered
    return _within(limits.MIDFIELD_DOWN, down), _within(limits.MIDFIELD_ACROSS, across)


def _within(part: tuple[float, float], covered: Span) -> slice:
    """Blocks of a part of the covered stretch; one at least."""
    first, last = covered
    start, stop = (round(SCENE_SIDE * (first + (last - first) * share)) for share in part)
    start = min(start, SCENE_SIDE - 1)
    return slice(start, max(stop, start + 1))
