"""What the outline of a picture is made of: a shape with six parameters and four edges.

Coordinates are (x, y) px with (0, 0) in the middle of the frame's first pixel; y points down.
"""

from typing import Literal, NamedTuple, Protocol, Self

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Mask = NDArray[np.uint8]

SideName = Literal["left", "right", "top", "bottom"]


class Box(NamedTuple):
    """Rectangle that the picture is cut to, px, both ends included."""

    left: float
    top: float
    right: float
    bottom: float

    def holds(self, points: Floats, margin: float = 0.0) -> NDArray[np.bool_]:
        """Which of the points (n, 2) lie in it, or at most `margin` px outside."""
        low = np.array((self.left, self.top)) - margin
        high = np.array((self.right, self.bottom)) + margin
        return np.asarray(((points >= low) & (points <= high)).all(axis=1), np.bool_)


class Edge(NamedTuple):
    """Samples along one edge.

    points: (n, 2) px. normals: (n, 2), of unit length, outward. jacobian: (n, 6), how far each
    point moves along its normal as each of the shape's parameters grows by one.
    """

    side: SideName
    points: Floats
    normals: Floats
    jacobian: Floats


class Shape(Protocol):
    """An outline that can be fitted."""

    def vector(self) -> Floats:
        """Its six parameters."""

    @classmethod
    def of(cls, vector: Floats) -> Self:
        """The shape with those parameters."""

    def edges(self, count: int) -> tuple[Edge, ...]:
        """`count` samples along each of its edges."""

    def lean(self) -> tuple[Floats, float]:
        """By how many px at the bottom one side leans more than the other, its gradient first."""

    def plausible(self) -> bool:
        """Whether a scanner could draw it."""

    def outline(self, count: int) -> Floats:
        """Corners of a polygon along it, (n, 2)."""

    def middle(self, box: Box) -> tuple[float, float]:
        """Point on the centre line at half of the depth that the box lets one see."""


def clip_polygon(polygon: Floats, box: Box) -> Floats:
    """The part of a polygon (n, 2) inside a box, (m, 2) (Sutherland and Hodgman's algorithm)."""
    limits = ((0, box.left, 1), (0, box.right, -1), (1, box.top, 1), (1, box.bottom, -1))
    for axis, limit, sign in limits:
        polygon = _clip(polygon, sign * (polygon[:, axis] - limit))
    # Rounding may leave a crossing a hair outside.
    return np.asarray(np.clip(polygon, box[:2], box[2:]), np.float64)


def _clip(polygon: Floats, depth: Floats) -> Floats:
    """The part of a polygon that lies on the inner side of a line, `depth` (n,) px inside of it."""
    previous, before = np.roll(polygon, 1, axis=0), np.roll(depth, 1)
    crosses = (before < 0) != (depth < 0)
    share = before / np.where(crosses, before - depth, 1)
    crossing = previous + (polygon - previous) * share[:, None]
    kept = np.column_stack((crosses, depth >= 0))
    return np.asarray(np.stack((crossing, polygon), axis=1)[kept], np.float64)


def fill(polygon: Floats, size: tuple[int, int]) -> Mask:
    """1 inside a polygon (n, 2), 0 elsewhere; `size`: height and width of the mask."""
    mask = np.zeros(size, np.uint8)
    if len(polygon) >= 3:
        cv2.fillPoly(mask, [np.rint(polygon * 16).astype(np.int32)], 1, shift=4)
    return mask
