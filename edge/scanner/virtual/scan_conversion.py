"""From lines to pixels: the fan on the scanner's screen."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.scanner.virtual.grid import LINES, SAMPLES, Grid
from edge.scanner.virtual.polar import angle, distance
from edge.scanner.virtual.settings import Settings

Gray = NDArray[np.uint8]


@dataclass(frozen=True)
class Screen:
    """Where the fan lies in a frame, and which line and sample each of its pixels shows."""

    width: int
    height: int
    mm_per_px: float
    window: tuple[slice, slice]
    samples: NDArray[Any]
    fractions: NDArray[Any]

    def show(self, lines: Gray, background: Gray) -> Gray:
        """A frame (height, width) of (SAMPLES, LINES) gray, on a copy of `background`."""
        frame = background.copy()
        fan = cv2.remap(
            lines,
            self.samples,
            self.fractions,
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=0,
        )
        np.maximum(frame[self.window], np.asarray(fan, np.uint8), out=frame[self.window])
        return frame


def lay_out(grid: Grid, settings: Settings) -> Screen:
    """Lay the fan out with the middle of its depth in the middle of the frame."""
    width, height = settings.frame_px
    mm_per_px = grid.depth_mm / settings.fan_px
    middle_mm = grid.radius_mm + grid.depth_mm / 2
    around, beside = _reach(grid, settings, middle_mm)
    row = np.arange(around.start, around.stop, dtype=np.float32) + 0.5 - height / 2
    column = np.arange(beside.start, beside.stop, dtype=np.float32) + 0.5 - width / 2
    y = (row * mm_per_px + middle_mm).astype(np.float32)[:, None]
    x = (column * mm_per_px).astype(np.float32)[None]
    sample = (distance(x, y) - np.float32(grid.radius_mm)) / np.float32(grid.sample_mm) - 0.5
    line = angle(x, y) / np.float32(grid.line_rad) + np.float32((LINES - 1) / 2)
    inside = (sample >= 0) & (sample < SAMPLES) & (line >= 0) & (line < LINES - 1)
    line = np.where(inside, line, np.float32(-9))
    maps = cv2.convertMaps(line, sample, cv2.CV_16SC2)
    return Screen(width, height, mm_per_px, (around, beside), maps[0], maps[1])


def _reach(grid: Grid, settings: Settings, middle_mm: float) -> tuple[slice, slice]:
    """Rows and columns of the frame that the fan may touch."""
    width, height = settings.frame_px
    px_per_mm = settings.fan_px / grid.depth_mm
    top_px = (grid.radius_mm * np.cos(grid.half_angle_rad) - middle_mm) * px_per_mm
    side_px = (grid.radius_mm + grid.depth_mm) * np.sin(grid.half_angle_rad) * px_per_mm
    rows = _within(height, top_px, settings.fan_px / 2)
    return rows, _within(width, -side_px, side_px)


def _within(length: int, first_px: float, last_px: float) -> slice:
    """Pixels of a side of `length` between two distances from its middle."""
    first, last = (length / 2 + distance for distance in (first_px, last_px))
    return slice(max(0, int(first) - 1), min(length, int(last) + 2))
