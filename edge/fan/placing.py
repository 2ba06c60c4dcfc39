"""Where the window is cut in each frame of an exam, and at which scale."""

from typing import Literal, NamedTuple

import numpy as np

from edge.contract.crop import CropSpec, Gray, crop
from edge.fan.detect import Fan
from edge.fan.estimate import FanEstimate
from edge.fan.scale import mm_per_px
from edge.fan.shape import Floats

ScaleSource = Literal["header", "fan", "unknown"]
Spacing = tuple[float, float]


class Placed(NamedTuple):
    """A window and how it came about.

    window: (size, size) uint8. scale: where its mm per pixel come from. fan: what it was placed or
    scaled by; None where no fan was found, or none was needed.
    """

    window: Gray
    scale: ScaleSource
    fan: Fan | None


class Placing:
    """Cuts the windows of one exam as its model's crop says.

    The fan is looked for only where something depends on it: the window's place, or the scale of
    frames whose header does not tell it.
    """

    def __init__(self, spec: CropSpec) -> None:
        self._spec = spec
        self._spacing_mm: Spacing | None = None
        self._estimate = FanEstimate()

    def cut(self, gray: Gray, spacing_mm: Spacing | None) -> Placed:
        """The window of a frame (height, width) whose header tells `spacing_mm`, or None."""
        if spacing_mm != self._spacing_mm:
            self._spacing_mm, self._estimate = spacing_mm, FanEstimate()
        scaled = self._spec.mm_per_px is not None
        by_fan = self._spec.placement == "fan"
        fan = None
        if by_fan or (scaled and spacing_mm is None):
            fan = self._estimate.see(gray)
        source, spacing_mm = _scale(fan, spacing_mm)
        centre = fan.middle if fan is not None and by_fan else None
        return Placed(crop(gray, self._spec, spacing_mm, centre), source, fan)


def _scale(fan: Fan | None, spacing_mm: Spacing | None) -> tuple[ScaleSource, Spacing | None]:
    """The header's scale, else the fan's."""
    if spacing_mm is not None:
        return "header", spacing_mm
    found_mm = mm_per_px(fan) if fan is not None else None
    return ("unknown", None) if found_mm is None else ("fan", (found_mm, found_mm))


def window_corners(spec: CropSpec, spacing_mm: Spacing, middle: tuple[float, float]) -> Floats:
    """Corners (4, 2) px, in the frame, of a window with its middle at (x, y)."""
    scale = np.array((spec.mm_per_px or spacing_mm[1], spec.mm_per_px or spacing_mm[0]))
    half = spec.size / 2 * scale / np.array(spacing_mm[::-1])
    signs = np.array(((-1, -1), (1, -1), (1, 1), (-1, 1)))
    return np.asarray(np.array(middle) + signs * half, np.float64)
