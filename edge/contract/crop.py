"""Where the window that the network sees lies in a frame, and how it is cut.

Training and the daemon call the same function, so that what was learned is what is read.
"""

import math
from functools import lru_cache
from typing import Literal, NamedTuple

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]

Placement = Literal["centre", "fan"]

WHOLE_PX = 2**24
"""Most pixels that a frame is enlarged to as a whole: those of the largest frame there is."""


class CropSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The window of a model: data of its bundle.

    `size`: side of the square window, px. `mm_per_px`: scale that a frame of known spacing is
    resampled to first; None keeps the image's own resolution, as the paper does. `placement`: its
    middle lies in the frame's middle, as in the paper, or on the fan's centre line, halfway down.
    """

    size: int = 360
    mm_per_px: float | None = None
    placement: Placement = "centre"


def crop(
    gray: Gray,
    spec: CropSpec,
    spacing_mm: tuple[float, float] | None = None,
    middle_px: tuple[float, float] | None = None,
) -> Gray:
    """Cut the square window out of a gray frame.

    Args:
        gray: (height, width) uint8 luma.
        spec: side and scale of the window.
        spacing_mm: mm per pixel (rows, columns), or None where it is not known; the frame then
            keeps its own resolution.
        middle_px: x and y in the frame that the window's middle is put on, (0, 0) being the middle
            of the first pixel; None: the frame's middle.

    Returns:
        (size, size) uint8, C-contiguous; black where the frame does not reach.

    Where margins are odd, the extra row or column stays below and to the right.
    """
    cut = _plan((gray.shape[0], gray.shape[1]), spec, spacing_mm, middle_px)
    if cut.fills:
        return np.ascontiguousarray(_part(gray, cut.zoom, cut.rows, cut.columns))
    window = np.zeros((spec.size, spec.size), np.uint8)
    if cut.shows:
        window[cut.out_rows, cut.out_columns] = _part(gray, cut.zoom, cut.rows, cut.columns)
    return window


class _Cut(NamedTuple):
    """Where a window lies in frames of one kind.

    zoom: down and across. rows, columns: of the frame, resampled; out_rows, out_columns: of the
    window. fills, shows: whether the frame reaches everywhere in it, anywhere.
    """

    zoom: tuple[float, float]
    rows: slice
    columns: slice
    out_rows: slice
    out_columns: slice
    fills: bool
    shows: bool


@lru_cache(maxsize=64)
def _plan(
    frame: tuple[int, int],
    spec: CropSpec,
    spacing_mm: tuple[float, float] | None,
    middle_px: tuple[float, float] | None,
) -> _Cut:
    """The same for all frames of a scanner's setup."""
    shape = _resampled_shape(frame, spec, spacing_mm)
    zoom = shape[0] / frame[0], shape[1] / frame[1]
    x, y = (None, None) if middle_px is None else middle_px
    rows, out_rows = _overlap(shape[0], spec.size, _scaled(y, zoom[0]))
    columns, out_columns = _overlap(shape[1], spec.size, _scaled(x, zoom[1]))
    shown = rows.stop - rows.start, columns.stop - columns.start
    fills, shows = shown == (spec.size, spec.size), min(shown) > 0
    return _Cut(zoom, rows, columns, out_rows, out_columns, fills, shows)


def _scaled(middle_px: float | None, scale: float) -> float | None:
    """Distance from the frame's edge, px after resampling, of a pixel's middle before it."""
    return None if middle_px is None else (middle_px + 0.5) * scale


def _overlap(length: int, size: int, middle: float | None) -> tuple[slice, slice]:
    """Overlap of `length` px with a window of `size` px: (in the frame, in the window).

    `middle`: of the window, px from the frame's edge; None: centred.
    """
    if middle is not None:
        start = round(middle - size / 2)
    elif length >= size:
        start = (length - size) // 2
    else:
        start = -((size - length) // 2)
    first, last = min(max(start, 0), length), max(min(start + size, length), 0)
    last = max(first, last)
    return slice(first, last), slice(first - start, last - start)


def _resampled_shape(
    frame: tuple[int, int], spec: CropSpec, spacing_mm: tuple[float, float] | None
) -> tuple[int, int]:
    """Rows and columns of the frame at the model's scale; its own where one is not known."""
    height, width = frame
    if spec.mm_per_px is None or spacing_mm is None:
        return height, width
    down, across = (one / spec.mm_per_px for one in spacing_mm)
    return max(1, round(height * down)), max(1, round(width * across))


def _part(gray: Gray, zoom: tuple[float, float], rows: slice, columns: slice) -> Gray:
    """These rows and columns of the frame enlarged by `zoom`, down and across.

    Area averaging where it shrinks, so nothing aliases; and then only what the window shows is
    resampled, a third of the time: the part starts on a whole pixel of the frame, so the window
    may lie up to half of one beside its place. Enlarged is the whole frame, whose pixels all keep
    their place, unless it were of more than `WHOLE_PX`.
    """
    if zoom == (1.0, 1.0):
        return gray[rows, columns]
    (height, width), (down, across) = gray.shape, zoom
    if max(zoom) <= 1:
        source = gray[_source(rows, down, height), _source(columns, across, width)]
        part = _resize(source, zoom, cv2.INTER_AREA)
        return part[: rows.stop - rows.start, : columns.stop - columns.start]
    if height * down * width * across <= WHOLE_PX:
        return _resize(gray, zoom, cv2.INTER_LINEAR)[rows, columns]
    source_rows, rows = _around(rows, down, height)
    source_columns, columns = _around(columns, across, width)
    return _resize(gray[source_rows, source_columns], zoom, cv2.INTER_LINEAR)[rows, columns]


def _around(part: slice, zoom: float, length: int) -> tuple[slice, slice]:
    """Which of `length` px a part of them, once enlarged by `zoom`, is made of, and where it is.

    With a pixel more at either end, for what lies between pixels; where the part lies among the
    enlarged ones is rounded to one of those.
    """
    first = max(0, math.floor(part.start / zoom) - 1)
    last = min(length, math.ceil(part.stop / zoom) + 1)
    count = part.stop - part.start
    start = min(part.start - round(first * zoom), round((last - first) * zoom) - count)
    return slice(first, last), slice(start, start + count)


def _source(part: slice, zoom: float, length: int) -> slice:
    """Which of `length` px a part of them, once shrunk by `zoom`, is made of."""
    count = math.ceil((part.stop - part.start) / zoom - 1e-6)
    first = max(0, min(round(part.start / zoom), length - count))
    return slice(first, first + count)


def _resize(gray: Gray, zoom: tuple[float, float], method: int) -> Gray:
    resized = cv2.resize(gray, None, fx=zoom[1], fy=zoom[0], interpolation=method)
    return np.asarray(resized, np.uint8)
