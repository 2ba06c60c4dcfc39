"""Is the fan still where it was found? A cheap look at some frames, to notice another depth."""

import cv2
import numpy as np

from edge.fan.content import ECHO_GRAY, Gray
from edge.fan.detect import Fan
from edge.fan.shape import Floats

EVERY = 5
"""Frames from one look to the next."""

IN_A_ROW = 3
"""Looks that must find it changed: half a second at 30 frames a second."""

SAMPLES = 48
"""Points along each edge, inside and outside of it."""

APART_SHARE = 0.015
"""How far from the edge they lie, as a share of the frame's diagonal."""

MOST_OUTSIDE = 0.25
"""Share of the points outside of an edge that may show echoes: text and ticks come and go."""

LOST = 0.4
"""The fan has shrunk where less than this share of the points inside the sides and the face show
echoes of those that did when it was found; poor contact leaves more of the face."""


class Watch:
    """Looks at every fifth frame for a fan that has moved, grown or shrunk."""

    def __init__(self, fan: Fan, picture: Gray) -> None:
        """`picture`: (height, width), what the fan was found in."""
        self._fan = fan
        self._frames = 0
        self._suspicions = 0
        self._usual, _ = self._shares(picture)

    def changed(self, gray: Gray) -> bool:
        """Take in a frame (height, width); True where the fan has certainly changed."""
        self._frames += 1
        if self._frames % EVERY:
            return False
        self._suspicions = self._suspicions + 1 if self._suspicious(gray) else 0
        return self._suspicions >= IN_A_ROW

    def _suspicious(self, gray: Gray) -> bool:
        inside, outside = self._shares(gray)
        if outside > MOST_OUTSIDE:
            return True
        in_contact = self._echoes(gray, self._inner_points()) > LOST
        return in_contact and inside < LOST * self._usual

    def _shares(self, gray: Gray) -> tuple[float, float]:
        """Mean share of echoes just inside the sides and the face, largest just outside an edge."""
        apart_px = APART_SHARE * float(np.hypot(*gray.shape))
        inside, outside = [], []
        for edge in self._fan.shape.edges(SAMPLES):
            outside.append(self._echoes(gray, edge.points + apart_px * edge.normals))
            if edge.side != "bottom":
                inside.append(self._echoes(gray, edge.points - apart_px * edge.normals))
        return float(np.mean(inside)), max(outside)

    def _inner_points(self) -> Floats:
        """Points (n, 2) around the middle of the picture."""
        middle = np.array(self._fan.middle)
        return np.asarray(middle + 0.4 * (self._fan.polygon(16) - middle), np.float64)

    def _echoes(self, gray: Gray, points: Floats) -> float:
        """Share of the points (n, 2) within the box that show echoes; 0 where too few lie there."""
        within = points[self._fan.box.holds(points)].astype(np.float32)
        if len(within) < SAMPLES // 8:
            return 0.0
        found = cv2.remap(gray, within[:, :1], within[:, 1:], cv2.INTER_LINEAR)
        return float(np.mean(found > self._fan.black + 2 * ECHO_GRAY))
