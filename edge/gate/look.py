"""What is looked at in one frame: a few shares, in a fraction of a millisecond.

Only what decides is counted, and bytes are counted as bytes: of a numpy operation on so few of them
the caches that an inference leaves cold make most of the time.
"""

from functools import lru_cache
from typing import NamedTuple

import cv2
import numpy as np

from edge.fan.placing import Placed, Span, covered
from edge.gate import limits

BLOCKS = 36
"""A window's side in blocks, whose mean gray is the picture without its speckle."""

SAMPLES = 160
"""Rows and columns of a whole frame that are looked at, at least; enough for a share to 0.1 %."""

WINDOW_STEP = 4
"""Of the window, every fourth row and column are."""

SURELY = 2.0
"""How many times the lit share that is needed the window must show for the frame not to be looked
at itself: both are samples."""

FULL = 0.1
"""Share of the fullest column's lit pixels from which a column belongs to what is lit: writing and
rulers do not."""

_UNLIT = bytes(range(limits.LIT_GRAY + 1))
_NOT_WHITE = bytes(range(limits.WHITE_GRAY))


class Look:
    """A frame and the window cut out of it; what every frame is asked is counted at once."""

    def __init__(self, placed: Placed) -> None:
        self._placed = placed
        few = placed.window[::WINDOW_STEP, ::WINDOW_STEP].tobytes()
        self._shown = _shown(placed, _share(few, _UNLIT))
        self._white = _share(few, _NOT_WHITE)
        self._dead, self._columns = _dead(placed)

    def unlit(self, share: float) -> bool:
        """Whether so much of the frame, at least, is not lit."""
        return self._shown < SURELY * (1 - share) and 1 - self._lit() >= share

    def white(self, share: float) -> bool:
        """Whether so much of the window, at least, is white."""
        return self._white >= share

    def dead(self, share: float) -> bool:
        """Whether so many of the columns of the window's mid-field, at least, have no echo."""
        return self._dead >= share * self._columns

    def outside(self) -> float:
        """Share of the frame's lit pixels that the window does not show, 0 to 1."""
        lit = self._lit()
        return max(0.0, 1 - self._shown / lit) if lit else 0.0

    def depth(self) -> float:
        """Mean depth of what is lit, as a share of its width: of the columns that hold it."""
        gray = self._placed.gray
        rows, columns = (max(1, side // SAMPLES) for side in gray.shape)
        lit = rows * np.count_nonzero(gray[::rows, ::columns] > limits.LIT_GRAY, axis=0)
        if not lit.any():
            return 0.0
        held = lit[lit >= FULL * lit.max()]
        return float(held.mean() / (columns * held.size))

    def _lit(self) -> float:
        """Share of the frame that is lit."""
        gray = self._placed.gray
        rows, columns = (max(1, side // SAMPLES) for side in gray.shape)
        return _share(gray[::rows, ::columns].tobytes(), _UNLIT)


def _share(grays: bytes, others: bytes) -> float:
    """Share of the pixels that are none of `others`."""
    return len(grays.translate(None, others)) / len(grays)


def _shown(placed: Placed, lit: float) -> float:
    """Lit pixels that the window shows, as a share of the frame's. `lit`: share of the window."""
    down, across = placed.zoom
    return lit * placed.window.size / (down * across * placed.gray.size)


def _dead(placed: Placed) -> tuple[int, int]:
    """Columns of the window's mid-field without an echo, and all of them."""
    window = placed.window
    field = _midfield(placed.gray.shape, window.shape[0], placed.zoom, placed.middle)
    height, width = field.height, field.width
    part = window[field.rows, field.columns]
    blocks: bytes = cv2.resize(part, (width, height), interpolation=cv2.INTER_AREA).tobytes()
    least = limits.DEAD_GRAY * height
    return sum(sum(blocks[column::width]) < least for column in range(width)), width


class _Midfield(NamedTuple):
    """How many blocks it has, down and across, and which part of the window they are of."""

    height: int
    width: int
    rows: slice
    columns: slice


@lru_cache(maxsize=64)
def _midfield(
    frame: tuple[int, int],
    side: int,
    zoom: tuple[float, float],
    middle: tuple[float, float] | None,
) -> _Midfield:
    """Where the mid-field lies in a window of `side` px; the same for all frames of a setup."""
    covered_down, covered_across = covered(frame, side, zoom, middle)
    down = _within(limits.MIDFIELD_DOWN, covered_down)
    across = _within(limits.MIDFIELD_ACROSS, covered_across)
    size = side / BLOCKS
    rows, columns = (
        slice(round(blocks.start * size), round(blocks.stop * size)) for blocks in (down, across)
    )
    return _Midfield(down.stop - down.start, across.stop - across.start, rows, columns)


def _within(part: tuple[float, float], covered: Span) -> slice:
    """Blocks of a part of the covered stretch; one at least."""
    first, last = covered
    start, stop = (round(BLOCKS * (first + (last - first) * share)) for share in part)
    start = min(start, BLOCKS - 1)
    return slice(start, max(stop, start + 1))
