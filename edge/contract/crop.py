"""Where the window that the network sees lies in a frame, and how it is cut.

Training and the daemon call the same function, so that what was learned is what is read.
"""

from typing import Literal

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]

Placement = Literal["centre", "fan"]


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
    height, width = gray.shape
    if spec.mm_per_px is not None and spacing_mm is not None:
        gray = _resample(gray, spacing_mm, spec.mm_per_px)
    x, y = (None, None) if middle_px is None else middle_px
    rows, out_rows = _overlap(gray.shape[0], spec.size, _scaled(y, gray.shape[0] / height))
    columns, out_columns = _overlap(gray.shape[1], spec.size, _scaled(x, gray.shape[1] / width))
    if rows.stop - rows.start == spec.size == columns.stop - columns.start:
        return np.ascontiguousarray(gray[rows, columns])
    window = np.zeros((spec.size, spec.size), np.uint8)
    window[out_rows, out_columns] = gray[rows, columns]
    return window


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


def _resample(gray: Gray, spacing_mm: tuple[float, float], mm_per_px: float) -> Gray:
    """Resize to `mm_per_px` on both axes; area averaging where it shrinks, so nothing aliases."""
    height = max(1, round(gray.shape[0] * spacing_mm[0] / mm_per_px))
    width = max(1, round(gray.shape[1] * spacing_mm[1] / mm_per_px))
    if (height, width) == gray.shape:
        return gray
    shrinks = height <= gray.shape[0] and width <= gray.shape[1]
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(gray, (width, height), interpolation=method), np.uint8)
