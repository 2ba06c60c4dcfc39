"""A picture of what was found: the outline, the centre line and the window, for human eyes."""

import cv2
import numpy as np

from edge.fan.content import Gray
from edge.fan.detect import Fan
from edge.fan.sector import Sector
from edge.fan.shape import Floats

OUTLINE, AXIS, WINDOW = (80, 220, 80), (60, 200, 255), (255, 170, 60)
"""Colours, blue-green-red."""

FINE = 4
"""Binary digits of a pixel's fraction that lines are drawn with."""


def draw(gray: Gray, fan: Fan | None, window: Floats | None = None) -> Gray:
    """The frame (height, width) in colour, (height, width, 3) BGR, with the fan drawn over it.

    `window`: corners of the network's window, (4, 2) px.
    """
    image = np.asarray(cv2.cvtColor(gray, cv2.COLOR_GRAY2BGR), np.uint8)
    if fan is not None:
        _line(image, fan.polygon(), OUTLINE, closed=True)
        if isinstance(fan.shape, Sector):
            _line(image, fan.shape.axis(fan.box), AXIS, closed=False)
        x, y = (round(value) for value in fan.middle)
        cv2.drawMarker(image, (x, y), AXIS, cv2.MARKER_CROSS, 14, 1)
    if window is not None:
        _line(image, window, WINDOW, closed=True)
    return image


def _line(image: Gray, points: Floats, colour: tuple[int, int, int], *, closed: bool) -> None:
    fixed = np.rint(points * 2**FINE).astype(np.int32)
    cv2.polylines(image, [fixed], closed, colour, 1, cv2.LINE_AA, FINE)
