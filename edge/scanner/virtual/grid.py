"""The scan lines of a convex probe: where every sample lies."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Field = NDArray[Any]
"""A float32 image on the grid, (SAMPLES, LINES + 2 * MARGIN) unless said otherwise.

Not NDArray[np.float32], as the types of NumPy and OpenCV lose the precision on the way; a test
sees to it that nothing is computed in float64.
"""

SAMPLES = 704
LINES = 256
MARGIN = 32
"""Lines beyond each edge of the fan, from which tissue can move into it."""


@dataclass(frozen=True)
class Grid:
    """Samples along lines that start on the probe's face.

    x is across, y straight down from the middle of the face, z along a line; all in mm.
    """

    radius_mm: float
    half_angle_rad: float
    depth_mm: float

    @property
    def sample_mm(self) -> float:
        """Between samples of a line."""
        return self.depth_mm / SAMPLES

    @property
    def line_rad(self) -> float:
        """Between lines."""
        return 2 * self.half_angle_rad / LINES

    @cached_property
    def z(self) -> Field:
        """Depth along the line, mm, (SAMPLES, 1)."""
        return ((np.arange(SAMPLES, dtype=np.float32) + 0.5) * self.sample_mm)[:, None]

    @cached_property
    def angle(self) -> Field:
        """Of each line with margins, rad, (1, LINES + 2 * MARGIN)."""
        lines = np.arange(LINES + 2 * MARGIN, dtype=np.float32) - (LINES + 2 * MARGIN - 1) / 2
        return (lines * self.line_rad).astype(np.float32)[None]

    @cached_property
    def x(self) -> Field:
        """Across, mm."""
        return (self.z + self.radius_mm) * np.sin(self.angle)

    @cached_property
    def y(self) -> Field:
        """Down, mm."""
        return (self.z + self.radius_mm) * np.cos(self.angle) - np.float32(self.radius_mm)

    @property
    def half_width_mm(self) -> float:
        """Largest x on the grid."""
        return float(self.x[-1, -1])


def inner(field: Field) -> Field:
    """The part of a field that lies in the fan, without its margins."""
    return field[:, MARGIN:-MARGIN]
