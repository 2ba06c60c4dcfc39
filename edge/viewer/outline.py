"""The outline of the scanned area, for the eye: what has been bright in one piece so far."""

import cv2
import numpy as np

from edge.contract.crop import Gray

Polygon = list[tuple[float, float]]
"""Corners (x, y) as shares of the frame's width and height; empty where nothing is known."""

WIDTH_PX = 160
"""The frame is looked at in this width."""

DARK = 10
"""Gray levels up to this are the screen's black, noise and the JPEG's ringing with it."""

MIN_SHARE = 0.05
"""A smaller bright area is a logo or text, not an image."""

EVERY = 15
"""Frames between two looks: half a second."""


class Outline:
    """Outline of one scanner's image; a frame of another size starts it afresh."""

    def __init__(self) -> None:
        self._brightest: Gray | None = None
        self._shape: tuple[int, ...] = ()
        self._frames = 0
        self.polygon: Polygon = []

    def add(self, gray: Gray) -> None:
        """Take in a frame, (height, width) uint8; one dark frame hides nothing."""
        if gray.shape != self._shape:
            self._shape, self._brightest, self._frames, self.polygon = gray.shape, None, 0, []
        if self._frames % EVERY == 0:
            self._look(gray)
        self._frames += 1

    def _look(self, gray: Gray) -> None:
        height = max(1, round(gray.shape[0] * WIDTH_PX / gray.shape[1]))
        small = cv2.resize(gray, (WIDTH_PX, height), interpolation=cv2.INTER_AREA)
        seen = small if self._brightest is None else cv2.max(self._brightest, small)
        self._brightest = np.asarray(seen, np.uint8)
        self.polygon = _largest(self._brightest)


def _largest(brightest: Gray) -> Polygon:
    """Convex hull of the largest bright piece."""
    mask = np.asarray(brightest > DARK, np.uint8)
    mask = np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)), np.uint8)
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    largest = max(contours, key=cv2.contourArea, default=None)
    if largest is None or cv2.contourArea(largest) < MIN_SHARE * mask.size:
        return []
    hull = cv2.approxPolyDP(cv2.convexHull(largest), 0.75, closed=True)
    height, width = mask.shape
    corners = hull.reshape(-1, 2)
    return [(round((x + 0.5) / width, 4), round((y + 0.5) / height, 4)) for x, y in corners]
