"""Where the B-mode picture lies in a DICOM ultrasound frame, and its scale."""

import logging
import math
from typing import TYPE_CHECKING, NamedTuple

from edge.scanner.source import SIDE_PX

if TYPE_CHECKING:
    from pydicom import Dataset

_LOG = logging.getLogger(__name__)

# DICOM PS3.3 C.8.5.5: spatial format 1 = 2D, data type 1 = tissue, units 3 = cm.
_TWO_D, _TISSUE, _CM = 1, 1, 3

SPACING_MM = (0.005, 5.0)
"""Pixel spacings that are believed, inclusive."""


class Region(NamedTuple):
    """Part of a frame to play: pixel slices, and mm per pixel (rows, columns) where known."""

    rows: slice
    columns: slice
    spacing_mm: tuple[float, float] | None


def bmode_region(header: "Dataset", name: str) -> Region:
    """The largest 2D tissue region, or the full frame where none is given or sane.

    Says on the log where tags are not used; a scale is not believed beside a wrong rectangle.
    """
    height, width = int(header.Rows), int(header.Columns)
    full = Region(slice(0, height), slice(0, width), _pixel_spacing(header))
    items = [item for item in header.get("SequenceOfUltrasoundRegions") or () if _is_bmode(item)]
    boxes = [_box(item) for item in items]
    sane = [box for box in boxes if _fits(box, width, height)]
    if sane:
        best = max(sane, key=lambda box: (box[2] - box[0]) * (box[3] - box[1]))
        left, top, right, bottom = best
        return Region(
            slice(top, min(bottom + 1, height)),
            slice(left, min(right + 1, width)),
            _spacing(items[boxes.index(best)]),
        )
    if boxes:
        left, top, right, bottom = boxes[0]
        _LOG.warning(
            "%s: its B-mode region, columns %d-%d and rows %d-%d, does not lie within the "
            "%d x %d px frame; the full frame is played, without a scale",
            *(name, left, right, top, bottom, width, height),
        )
        return full._replace(spacing_mm=None)
    return full


def _is_bmode(item: "Dataset") -> bool:
    kind = item.get("RegionSpatialFormat"), item.get("RegionDataType")
    return kind == (_TWO_D, _TISSUE)


def _box(item: "Dataset") -> tuple[int, int, int, int]:
    """(left, top, right, bottom), px, inclusive; -1 where a corner is missing."""
    left, top, right, bottom = (
        int(-1 if (value := item.get(f"RegionLocation{corner}")) is None else value)
        for corner in ("MinX0", "MinY0", "MaxX1", "MaxY1")
    )
    return left, top, right, bottom


def _fits(box: tuple[int, int, int, int], width: int, height: int) -> bool:
    # Some devices give the far corner as one past the last pixel: that much is forgiven.
    left, top, right, bottom = box
    smallest = SIDE_PX[0] - 1
    return (
        0 <= left <= right - smallest
        and right <= width
        and 0 <= top <= bottom - smallest
        and bottom <= height
    )


def _spacing(item: "Dataset") -> tuple[float, float] | None:
    """Mm per pixel of a region whose physical unit is the centimetre."""
    if not item.get("PhysicalUnitsXDirection") == item.get("PhysicalUnitsYDirection") == _CM:
        return None
    deltas_cm = (item.get("PhysicalDeltaY"), item.get("PhysicalDeltaX"))
    return _believed(tuple(abs(float(delta or 0)) * 10 for delta in deltas_cm))


def _pixel_spacing(header: "Dataset") -> tuple[float, float] | None:
    """PixelSpacing, already mm for rows and columns; rare in ultrasound."""
    return _believed(tuple(float(value) for value in header.get("PixelSpacing") or ()))


def _believed(spacing_mm: tuple[float, ...]) -> tuple[float, float] | None:
    low, high = SPACING_MM
    if len(spacing_mm) != 2:
        return None
    rows, columns = spacing_mm
    sane = all(math.isfinite(value) and low <= value <= high for value in spacing_mm)
    return (rows, columns) if sane else None
