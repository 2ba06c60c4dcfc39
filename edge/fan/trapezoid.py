"""The picture of a linear probe: two lines, upright or spreading, between a flat top and bottom."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from edge.fan.shape import Box, Edge, Floats

MAX_SLANT = float(np.tan(np.deg2rad(25.0)))
"""Largest spread of a side, px across for a px down: steering goes no further."""


@dataclass(frozen=True)
class Trapezoid:
    """Two lines x = at + slant * y, between two rows."""

    left_x: float
    left_slant: float
    right_x: float
    right_slant: float
    top_y: float
    bottom_y: float

    def vector(self) -> Floats:
        """Lines, then rows."""
        return np.array(
            (
                self.left_x,
                self.left_slant,
                self.right_x,
                self.right_slant,
                self.top_y,
                self.bottom_y,
            )
        )

    @classmethod
    def of(cls, vector: Floats) -> Self:
        """The trapezoid with those parameters."""
        return cls(*(float(value) for value in vector))

    def edges(self, count: int) -> tuple[Edge, ...]:
        """`count` samples along each edge, away from the corners."""
        share = (np.arange(count) + 0.5) / count
        y = self.top_y + share * (self.bottom_y - self.top_y)
        left = self._side("left", y, self.left_x, self.left_slant)
        right = self._side("right", y, self.right_x, self.right_slant)
        return (
            left,
            right,
            self._row("top", share, self.top_y),
            self._row("bottom", share, self.bottom_y),
        )

    def _side(self, name: str, y: Floats, at: float, slant: float) -> Edge:
        sign, first = (-1, 0) if name == "left" else (1, 2)
        normal = sign * np.array((1.0, -slant)) / np.hypot(1.0, slant)
        jacobian = np.zeros((len(y), 6))
        jacobian[:, first] = normal[0]
        jacobian[:, first + 1] = normal[0] * y
        points = np.column_stack((at + slant * y, y))
        return Edge(name, points, np.broadcast_to(normal, (len(y), 2)), jacobian)  # type: ignore[arg-type]

    def _row(self, name: str, share: Floats, y: float) -> Edge:
        sign, place = (-1, 4) if name == "top" else (1, 5)
        left, right = self.left_x + self.left_slant * y, self.right_x + self.right_slant * y
        points = np.column_stack((left + share * (right - left), np.full(len(share), y)))
        jacobian = np.zeros((len(share), 6))
        jacobian[:, place] = sign
        normals = np.broadcast_to((0.0, float(sign)), (len(share), 2))
        return Edge(name, points, normals, jacobian)  # type: ignore[arg-type]

    def lean(self) -> tuple[Floats, float]:
        """By how many px at the bottom one side leans more than the other, its gradient first."""
        height = self.bottom_y - self.top_y
        gradient = np.array((0, height, 0, height, 0, 0))
        return gradient, height * (self.left_slant + self.right_slant)

    def plausible(self) -> bool:
        """Whether a scanner could draw it."""
        spreads = -MAX_SLANT <= self.left_slant <= 0.05 and -0.05 <= self.right_slant <= MAX_SLANT
        wide = self.right_x + self.right_slant * self.top_y > self.left_x + (
            self.left_slant * self.top_y
        )
        return spreads and wide and self.top_y < self.bottom_y

    def outline(self, count: int = 0) -> Floats:  # noqa: ARG002 - a shape with arcs needs it
        """Its four corners, (4, 2)."""
        top, bottom = self.top_y, self.bottom_y
        return np.array(
            (
                (self.left_x + self.left_slant * top, top),
                (self.right_x + self.right_slant * top, top),
                (self.right_x + self.right_slant * bottom, bottom),
                (self.left_x + self.left_slant * bottom, bottom),
            )
        )

    def middle(self, box: Box) -> tuple[float, float]:
        """Point between its sides at half of the depth that the box lets one see."""
        y = (max(self.top_y, box.top) + min(self.bottom_y, box.bottom)) / 2
        left, right = self.left_x + self.left_slant * y, self.right_x + self.right_slant * y
        return (left + right) / 2, y
