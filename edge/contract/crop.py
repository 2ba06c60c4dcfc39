"""Where the window that the network sees lies in a frame, and how it is cut.

Training and the daemon call the same function, so that what was learned is what is read.
"""

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]


class CropSpec(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The window of a model: data of its bundle.

    `size`: side of the square window, px. `mm_per_px`: scale that a frame of known spacing is
    resampled to first; None keeps the image's own resolution, as the paper does.
    """

    size: int = 360
    mm_per_px: float | None = None


def crop(gray: Gray, spec: CropSpec, spacing_mm: tuple[float, float] | None = None) -> Gray:
    """Cut the centred square window out of a gray frame.

    Args:
        gray: (height, width) uint8 luma.
        spec: side and scale of the window.
        spacing_mm: mm per pixel (rows, columns), or None where it is not known; the frame then
            keeps its own resolution.

    Returns:
        (size, size) uint8, C-contiguous; black where the frame does not reach.

    Where margins are odd, the extra row or column stays below and to the right.
    """
    if spec.mm_per_px is not None and spacing_mm is not None:
        gray = _resample(gray, spacing_mm, spec.mm_per_px)
    rows, out_rows = _overlap(gray.shape[0], spec.size)
    columns, out_columns = _overlap(gray.shape[1], spec.size)
    if rows.stop - rows.start == spec.size == columns.stop - columns.start:
        return np.ascontiguousarray(gray[rows, columns])
    window = np.zeros((spec.size, spec.size), np.uint8)
    window[out_rows, out_columns] = gray[rows, columns]
    return window


def _overlap(length: int, size: int) -> tuple[slice, slice]:
    """Centred overlap of `length` px with a window of `size` px: (in the frame, in the window)."""
    if length >= size:
        start = (length - size) // 2
        return slice(start, start + size), slice(0, size)
    start = (size - length) // 2
    return slice(0, length), slice(start, start + length)


def _resample(gray: Gray, spacing_mm: tuple[float, float], mm_per_px: float) -> Gray:
    """Resize to `mm_per_px` on both axes; area averaging where it shrinks, so nothing aliases."""
    height = max(1, round(gray.shape[0] * spacing_mm[0] / mm_per_px))
    width = max(1, round(gray.shape[1] * spacing_mm[1] / mm_per_px))
    if (height, width) == gray.shape:
        return gray
    shrinks = height <= gray.shape[0] and width <= gray.shape[1]
    method = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(gray, (width, height), interpolation=method), np.uint8)
