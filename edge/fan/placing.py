"""Where the window is cut in each frame of an exam, and at which scale."""

from typing import NamedTuple

import numpy as np

from edge.contract.crop import CropSpec, Gray, crop
from edge.contract.messages import ScaleSource
from edge.fan.detect import Fan
from edge.fan.estimate import FanEstimate
from edge.fan.scale import mm_per_px
from edge.fan.shape import Floats

SMALLEST = 1 / 4096
"""Zoom below which the largest frame there is would be less than a pixel, which it never is."""

Spacing = tuple[float, float]
Span = tuple[float, float]
"""From and to, as shares of a window's side."""


class Placed(NamedTuple):
    """A frame, its window and how that came about.

    gray: (height, width) uint8. window: (size, size) uint8. scale: where its mm per pixel come
    from, and what they are, spacing_mm: rows, columns. fan: what it was placed or scaled by; None
    where no fan was found, or none was needed.
    zoom: window pixels for one of the frame, down and across. middle: x and y in the frame that the
    window's middle lies on; None: the frame's own.
    """

    gray: Gray
    window: Gray
    scale: ScaleSource = "unknown"
    fan: Fan | None = None
    zoom: tuple[float, float] = (1.0, 1.0)
    middle: tuple[float, float] | None = None
    spacing_mm: Spacing | None = None

    @property
    def window_px(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom of the window, frame pixels from the frame's corner."""
        height, width = self.gray.shape
        middle = self.middle or ((width - 1) / 2, (height - 1) / 2)
        return _window_px(self.window.shape[0], self.zoom, middle)


class Cut(NamedTuple):
    """A frame's window, and all that it follows from."""

    gray: Gray
    spec: CropSpec
    spacing_mm: Spacing | None
    middle: tuple[float, float] | None
    window: Gray

    @classmethod
    def of(
        cls,
        gray: Gray,
        spec: CropSpec,
        spacing_mm: Spacing | None,
        middle: tuple[float, float] | None,
    ) -> "Cut":
        """Cut it."""
        return cls(gray, spec, spacing_mm, middle, crop(gray, spec, spacing_mm, middle))

    def is_of(
        self,
        gray: Gray,
        spec: CropSpec,
        spacing_mm: Spacing | None,
        middle: tuple[float, float] | None,
    ) -> bool:
        """Whether `of` would give the same."""
        how = (self.spec, self.spacing_mm, self.middle)
        return gray is self.gray and how == (spec, spacing_mm, middle)

    def placed(self, scale: ScaleSource = "unknown", fan: Fan | None = None) -> Placed:
        """The same with where its scale and its place come from."""
        zoom = _zoom(self.spec, self.spacing_mm)
        return Placed(self.gray, self.window, scale, fan, zoom, self.middle, self.spacing_mm)


class Placing:
    """Cuts the windows of one exam as its model's crop says.

    The fan is looked for only where something depends on it: the window's place, or the scale of
    frames whose header does not tell it.
    """

    def __init__(self, spec: CropSpec) -> None:
        self.spec = spec
        self._spacing_mm: Spacing | None = None
        self._estimate = FanEstimate()

    def cut(self, gray: Gray, spacing_mm: Spacing | None, ahead: Cut | None = None) -> Placed:
        """The window of a frame (height, width) whose header tells `spacing_mm`, or None.

        `ahead`: cut already; it is taken if it is the window wanted.
        """
        if spacing_mm != self._spacing_mm:
            self._spacing_mm, self._estimate = spacing_mm, FanEstimate()
        scaled = self.spec.mm_per_px is not None
        by_fan = self.spec.placement == "fan"
        fan = None
        if by_fan or (scaled and spacing_mm is None):
            fan = self._estimate.take(gray)
        source, spacing_mm = scale_of(fan, spacing_mm)
        middle = fan.middle if fan is not None and by_fan else None
        how = (gray, self.spec, spacing_mm, middle)
        cut = ahead if ahead is not None and ahead.is_of(*how) else Cut.of(*how)
        return cut.placed(source, fan)

    def look(self) -> None:
        """Look for the fan where that is due, for the frames to come; while nobody waits.

        Left out, the next `cut` does it first.
        """
        self._estimate.look()


def _zoom(spec: CropSpec, spacing_mm: Spacing | None) -> tuple[float, float]:
    """Window pixels for one frame pixel, down and across, as `edge.contract.crop` scales it."""
    if spec.mm_per_px is None or spacing_mm is None:
        return 1.0, 1.0
    down, across = (max(one / spec.mm_per_px, SMALLEST) for one in spacing_mm)
    return down, across


def covered(
    frame: tuple[int, int],
    side: int,
    zoom: tuple[float, float],
    middle: tuple[float, float] | None,
) -> tuple[Span, Span]:
    """What a frame (height, width) fills of a window of `side` px, down and across; see `Placed`.

    `middle`: x and y.
    """
    x, y = (None, None) if middle is None else middle
    return _span(frame[0], zoom[0], side, y), _span(frame[1], zoom[1], side, x)


def _span(length: int, scale: float, size: int, middle: float | None) -> Span:
    """Part of a window's side that `length` frame pixels fill, the window's middle on `middle`."""
    at = length / 2 if middle is None else middle + 0.5
    start, stop = (0.5 + (edge - at) * scale / size for edge in (0, length))
    return min(max(start, 0.0), 1.0), min(max(stop, 0.0), 1.0)


def scale_of(fan: Fan | None, spacing_mm: Spacing | None) -> tuple[ScaleSource, Spacing | None]:
    """The header's scale, else the fan's."""
    if spacing_mm is not None:
        return "header", spacing_mm
    found_mm = mm_per_px(fan) if fan is not None else None
    return ("unknown", None) if found_mm is None else ("fan", (found_mm, found_mm))


def window_corners(spec: CropSpec, spacing_mm: Spacing, middle: tuple[float, float]) -> Floats:
    """Corners (4, 2) px, in the frame, of a window with its middle at (x, y)."""
    left, top, right, bottom = _window_px(spec.size, _zoom(spec, spacing_mm), middle)
    corners = ((left, top), (right, top), (right, bottom), (left, bottom))
    return np.array(corners, np.float64) - 0.5


def _window_px(
    side: int, zoom: tuple[float, float], middle: tuple[float, float]
) -> tuple[float, float, float, float]:
    """Left, top, right and bottom, px from the frame's corner, of a window around a pixel."""
    x, y = (at + 0.5 for at in middle)
    down, across = (side / 2 / scale for scale in zoom)
    return x - across, y - down, x + across, y + down
