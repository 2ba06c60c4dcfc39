"""From what a picture shows to its outline, or to none."""

from typing import NamedTuple

import cv2
import numpy as np

from edge.fan.content import Content, lift_veil
from edge.fan.fit import fit
from edge.fan.guess import guess, guess_deeper, guess_mirrored
from edge.fan.sector import Sector
from edge.fan.shape import Box, Floats, Shape, SideName, clip_polygon, fill

CLEAR_SIDE, CLEAR_TILT_RAD = 0.6, float(np.deg2rad(2.0))
"""With less support for a side, or more tilt, a side may be a shadow's, so that the mirror image of
the other is tried too."""


LEAST_MEAN, LEAST_MEAN_STRAIGHT = 0.45, 0.8
"""Of the edges' support. Any picture in a frame has straight edges, few have two arcs about the
point where its sides meet."""

LEAST_SIDES, LEAST_END = 0.6, 0.15
"""Support of both sides together, and of each visible arc or row."""

LEAST_FILLED, MOST_BEYOND = 0.6, 0.01
"""Of the outline's area, and of the echoes."""


SHARP = 0.9
"""Confidence above which an outline is not the ragged rim of a mask that left a veil."""

BEYOND_COSTS, TILT_COSTS = 50.0, 0.2
"""Of the share of echoes beyond an outline, and of a degree of tilt, in edges borne out: a sector
leans when one of its sides is mistaken for that of a shadow, else hardly ever."""


class Fan(NamedTuple):
    """The picture's outline in a frame.

    box: what the screen cuts the shape to. support: by edge, the share of it along which echoes
    end. filled: share of the outline's area that shows echoes. beyond: share of the echoes that
    lie outside of it. moved: only what changes from frame to frame was looked at. black:
    gray of what shows no echo.
    """

    shape: Shape
    box: Box
    support: dict[SideName, float]
    filled: float
    beyond: float
    moved: bool = False
    black: int = 0

    def polygon(self, count: int = 64) -> Floats:
        """The outline, cut to the box, (n, 2) px."""
        return clip_polygon(self.shape.outline(count), self.box)

    @property
    def convincing(self) -> bool:
        """Whether it is a scanner's picture and not a coincidence.

        Both sides together and each arc or row that can be seen must be borne out by echoes that
        end there, and the echoes must fill the outline and keep to it. A picture with straight
        edges must move besides: every photograph has them.
        """
        left, right = self.support.get("left", 0.0), self.support.get("right", 0.0)
        others = [share for side, share in self.support.items() if side in ("top", "bottom")]
        borne_out = left + right >= LEAST_SIDES and min(others, default=0) >= LEAST_END
        fits = self.filled >= LEAST_FILLED and self.beyond <= MOST_BEYOND
        if isinstance(self.shape, Sector):
            return borne_out and fits and self.confidence >= LEAST_MEAN
        return borne_out and fits and self.moved and self.confidence >= LEAST_MEAN_STRAIGHT

    @property
    def confidence(self) -> float:
        """Mean support of the edges that can be seen, 0-1."""
        return sum(self.support.values()) / max(1, len(self.support))

    @property
    def middle(self) -> tuple[float, float]:
        """Where the window's middle belongs, px: on the centre line, halfway down what is seen."""
        return self.shape.middle(self.box)


def detect(content: Content, known: Shape | None = None) -> Fan | None:
    """The outline of the picture; None where none is convincing.

    `known`: found before; where it still fits no other is looked for.
    """
    fan = outline(content, known)
    if fan is None or fan.confidence < SHARP:
        bare = lift_veil(content)
        unveiled = None if bare is None else outline(bare, known)
        if unveiled is not None and unveiled.convincing:
            return unveiled
    return fan if fan is not None and fan.convincing else None


def outline(content: Content, known: Shape | None = None) -> Fan | None:
    """The outline that fits best, convincing or not."""
    if (
        known is not None
        and (again := _fit(known, content, near=True)).convincing
        and _clear(again)
    ):
        return again
    fits = [_fit(shape, content) for shape in guess(content)]
    if not any(_clear(fan) for fan in fits):
        fits += [_fit(shape, content) for shape in guess_mirrored(content)]
    best = max(fits, key=_merit, default=None)
    if best is None:
        return None
    if isinstance(best.shape, Sector) and best.support.get("bottom", 1.0) < CLEAR_SIDE:
        deeper = [_fit(shape, content) for shape in guess_deeper(best.shape, content)]
        best = max(best, *deeper, key=_merit)
    return _fit(best.shape, content, near=True)


def _merit(fan: Fan) -> float:
    """Edges that are borne out, less what speaks against them."""
    merit = sum(fan.support.values()) - BEYOND_COSTS * fan.beyond
    if isinstance(fan.shape, Sector):
        merit -= TILT_COSTS * float(np.rad2deg(abs(fan.shape.tilt_rad)))
    return merit


def _clear(fan: Fan) -> bool:
    """Whether both sides are surely the picture's own: not a shadow's, which follows a ray too."""
    if isinstance(fan.shape, Sector) and abs(fan.shape.tilt_rad) > CLEAR_TILT_RAD:
        return False
    return min(fan.support.get("left", 0), fan.support.get("right", 0)) >= CLEAR_SIDE


def _fit(shape: Shape, content: Content, *, near: bool = False) -> Fan:
    """Fit a shape, and set it against the area that shows echoes."""
    # The straight border of a cut fan is the proper border of a linear picture.
    box = content.box if isinstance(shape, Sector) else content.frame
    found = fit(shape, content.echo, box, near=near)
    polygon = clip_polygon(found.shape.outline(64), box)
    inside = fill((polygon + 0.5) * content.scale - 0.5, content.mask.shape)
    around = np.asarray(cv2.dilate(inside, np.ones((5, 5), np.uint8)), np.uint8)
    shown, area = (int(np.count_nonzero(mask)) for mask in (content.mask, inside))
    return Fan(
        found.shape,
        box,
        found.support,
        filled=int(np.count_nonzero(inside & content.mask)) / max(1, area),
        beyond=int(np.count_nonzero(content.mask & (1 - around))) / shown,
        moved=content.moved,
        black=content.black,
    )
