"""The sector of a convex or a phased probe: two concentric arcs between two lines."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from edge.fan.shape import Box, Edge, Floats

MAX_HALF_ANGLE_RAD = np.deg2rad(75.0)
"""Micro-convex probes open furthest, to about 150 degrees in all."""

MIN_HALF_ANGLE_RAD = np.deg2rad(8.0)
"""Narrower than any convex probe's: the sides are then those of a linear image."""

MAX_TILT_RAD = np.deg2rad(20.0)


@dataclass(frozen=True)
class Sector:
    """Lines through the apex at two angles from the vertical, and two arcs around it."""

    apex_x: float
    apex_y: float
    left_rad: float
    """Of the left line, from straight down; negative to the left."""
    right_rad: float
    inner_px: float
    """Radius of the probe's face."""
    outer_px: float

    @property
    def half_angle_rad(self) -> float:
        """Half of the angle between its sides."""
        return (self.right_rad - self.left_rad) / 2

    @property
    def tilt_rad(self) -> float:
        """Of the centre line from straight down; positive to the right."""
        return (self.right_rad + self.left_rad) / 2

    def vector(self) -> Floats:
        """Apex, angles and radii."""
        return np.array(
            (
                self.apex_x,
                self.apex_y,
                self.left_rad,
                self.right_rad,
                self.inner_px,
                self.outer_px,
            )
        )

    @classmethod
    def of(cls, vector: Floats) -> Self:
        """The sector with those parameters."""
        return cls(*(float(value) for value in vector))

    def at(self, radius: Floats | float, angle: Floats | float) -> Floats:
        """Points (n, 2) at polar coordinates around the apex."""
        x = self.apex_x + radius * np.sin(angle)
        y = self.apex_y + radius * np.cos(angle)
        return np.stack(np.broadcast_arrays(x, y), axis=-1)

    def edges(self, count: int) -> tuple[Edge, ...]:
        """`count` samples along each side and arc, away from the corners."""
        share = (np.arange(count) + 0.5) / count
        radius = self.inner_px + share * (self.outer_px - self.inner_px)
        angle = self.left_rad + share * (self.right_rad - self.left_rad)
        left = self._side("left", radius, self.left_rad, -1)
        right = self._side("right", radius, self.right_rad, 1)
        top = self._arc("top", self.inner_px, angle, -1)
        return left, right, top, self._arc("bottom", self.outer_px, angle, 1)

    def _side(self, name: str, radius: Floats, angle: float, sign: int) -> Edge:
        normal = sign * np.array((np.cos(angle), -np.sin(angle)))
        normals = np.broadcast_to(normal, (len(radius), 2))
        jacobian = np.zeros((len(radius), 6))
        jacobian[:, :2] = normals
        jacobian[:, 2 if sign < 0 else 3] = sign * radius
        return Edge(name, self.at(radius, angle), normals, jacobian)  # type: ignore[arg-type]

    def _arc(self, name: str, radius: float, angle: Floats, sign: int) -> Edge:
        normals = sign * np.column_stack((np.sin(angle), np.cos(angle)))
        jacobian = np.zeros((len(angle), 6))
        jacobian[:, :2] = normals
        jacobian[:, 4 if sign < 0 else 5] = sign
        return Edge(name, self.at(radius, angle), normals, jacobian)  # type: ignore[arg-type]

    def lean(self) -> tuple[Floats, float]:
        """By how many px at the bottom one side leans more than the other, its gradient first."""
        gradient = np.array((0, 0, self.outer_px, self.outer_px, 0, 0))
        return gradient, self.outer_px * (self.left_rad + self.right_rad)

    def plausible(self) -> bool:
        """Whether a scanner could draw it."""
        opens = MIN_HALF_ANGLE_RAD <= self.half_angle_rad <= MAX_HALF_ANGLE_RAD
        return opens and abs(self.tilt_rad) <= MAX_TILT_RAD and 0 <= self.inner_px < self.outer_px

    def outline(self, count: int = 64) -> Floats:
        """A polygon along both arcs, (2 count, 2)."""
        angle = np.linspace(self.left_rad, self.right_rad, count)
        return np.concatenate(
            (self.at(self.inner_px, angle), self.at(self.outer_px, angle[::-1])), axis=0
        )

    def axis(self, box: Box) -> Floats:
        """Ends (2, 2) of the part of the centre line that the box lets one see, face first."""
        first, last = (np.array((box.top, box.bottom)) - self.apex_y) / np.cos(self.tilt_rad)
        radii = np.array((max(self.inner_px, first), min(self.outer_px, last)))
        return self.at(radii, self.tilt_rad)

    def middle(self, box: Box) -> tuple[float, float]:
        """Point on the centre line at half of the depth that the box lets one see."""
        x, y = self.axis(box).mean(axis=0)
        return float(x), float(y)
