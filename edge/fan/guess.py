"""First guess of the outline from the picture's area: two side lines, then arcs or rows."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge.fan.content import ECHO_GRAY, Content
from edge.fan.sector import MIN_HALF_ANGLE_RAD, Sector
from edge.fan.shape import Floats, Mask, Shape
from edge.fan.trapezoid import Trapezoid

ANCHORS = 48
"""Rows that lines are drawn through, in pairs."""

NEAR_PX, BEYOND_PX = 1.2, 2.0
"""On the working image: nearer than the first a point lies on a line, further out than the second
it speaks against it."""

BINS = 64
"""Angles at which a sector's depth is looked at."""


MIN_ROWS = 16
"""Height of a picture, working px, below which there is nothing to draw lines through."""

FACE_SHARE = 0.7
"""How much of the angle between axis and side the middle of the probe's face is taken to fill."""

MAX_SPREAD = 0.08
"""Largest spread of the face's distance from its centre, as a share."""


class Line(NamedTuple):
    """x = at + slant * y, in working px."""

    at: float
    slant: float


def guess(content: Content) -> list[Shape]:
    """Shapes in the frame's px that may fit; none where the picture has no two straight sides."""
    sides = _sides(content.mask)
    if sides is None:
        return []
    sector = _sector(content.mask, *sides, content.scale)
    trapezoid = _trapezoid(content.mask, *sides, content.scale)
    found: list[Shape | None] = [sector, trapezoid]
    return [shape for shape in found if shape is not None and shape.plausible()]


def guess_mirrored(content: Content) -> list[Shape]:
    """As `guess`, for a fan that has one side in shadow: the other side and its mirror image."""
    sides = _sides(content.mask)
    if sides is None:
        return []
    pairs = _mirrored(content.mask, *sides)
    found = (_sector(content.mask, *pair, content.scale) for pair in pairs)
    return [shape for shape in found if shape is not None and shape.plausible()]


def guess_deeper(sector: Sector, content: Content) -> list[Shape]:
    """The sector as deep as its faintest specks lie, for a fan that is nearly black down there."""
    specks = content.small > content.black + ECHO_GRAY
    y, x = np.nonzero(specks)
    radius, place = _rays(x / content.scale, y / content.scale, sector)
    furthest = np.zeros(BINS)
    np.maximum.at(furthest, place, radius)
    return [replace(sector, outer_px=float(np.percentile(furthest, 90)))]


def _rays(x: Floats, y: Floats, sector: Sector) -> tuple[Floats, NDArray[np.intp]]:
    """Distance from the apex, and number of the ray, of those points that lie between the sides."""
    across, down = x - sector.apex_x, y - sector.apex_y
    share = (np.arctan2(across, down) - sector.left_rad) / (2 * sector.half_angle_rad)
    place = np.floor(share * BINS).astype(int)
    within = (place >= 2) & (place < BINS - 2)
    return np.hypot(across, down)[within], place[within]


def _sides(mask: Mask) -> tuple[Line, Line] | None:
    """The picture's left and right border."""
    rows, left, right = _extremes(mask)
    if len(rows) < MIN_ROWS:
        return None
    free_left, free_right = left > 0, right < mask.shape[1] - 1
    sides = _side(rows, left, -1, free_left), _side(rows, right, 1, free_right)
    return None if sides[0] is None or sides[1] is None else (sides[0], sides[1])


def _extremes(mask: Mask) -> tuple[Floats, Floats, Floats]:
    """Rows that hold content, and the first and last column of it in each."""
    filled = mask > 0
    rows = np.flatnonzero(filled.any(axis=1))
    left = filled[rows].argmax(axis=1)
    right = filled.shape[1] - 1 - filled[rows, ::-1].argmax(axis=1)
    return rows.astype(float), left.astype(float), right.astype(float)


def _side(rows: Floats, x: Floats, sign: int, free: NDArray[np.bool_]) -> Line | None:
    """The line that most of these border points lie on and few lie beyond.

    Shadows and poor contact draw the border inwards, so points inside a line say nothing; points
    beyond it count twice against it. Points that are not `free` lie on the frame's edge, which is
    not the picture's own.
    """
    at_free = np.flatnonzero(free)
    if len(at_free) < MIN_ROWS // 2:
        return None
    picks = np.unique(at_free[np.linspace(0, len(at_free) - 1, ANCHORS).round().astype(int)])
    first, second = np.triu_indices(len(picks), max(1, len(picks) // 6))
    first, second = picks[first], picks[second]
    slant = (x[second] - x[first]) / (rows[second] - rows[first])
    at = x[first] - slant * rows[first]
    usable = (sign * slant > -0.05) & (np.abs(slant) < 4)
    if not usable.any():
        return None
    at, slant = at[usable], slant[usable]
    beyond = sign * (x - at[:, None] - slant[:, None] * rows) / np.hypot(1, slant)[:, None]
    near = (np.abs(beyond) < NEAR_PX) & free
    votes = near.sum(axis=1) - 2 * (beyond > BEYOND_PX).sum(axis=1)
    best = int(votes.argmax())
    return Line(float(at[best]), float(slant[best]))


def _mirrored(mask: Mask, left: Line, right: Line) -> Iterator[tuple[Line, Line]]:
    """Each side with its mirror image, for a fan that has the other in shadow.

    The axis goes through the point of the side from which the probe's face is equally far all along
    its middle.
    """
    columns = np.flatnonzero(mask.any(axis=0))
    face = np.column_stack((columns, mask[:, columns].argmax(axis=0))).astype(float)
    for side, is_left in ((left, True), (right, False)):
        apex = _face_centre(face, side)
        if apex is not None:
            other = Line(apex[0] + side.slant * apex[1], -side.slant)
            yield (side, other) if is_left else (other, side)


def _face_centre(face: Floats, side: Line) -> tuple[float, float] | None:
    """Point on a side from which the topmost points (n, 2) of the picture are equally far."""
    if abs(side.slant) < np.tan(MIN_HALF_ANGLE_RAD):
        return None
    slant = abs(np.arctan(side.slant))
    best, spread = None, np.inf
    top = face[:, 1].min()
    for y in np.linspace(top - 200, top - 5, 66):
        x = side.at + side.slant * y
        across, down = face[:, 0] - x, face[:, 1] - y
        central = np.abs(across) < np.tan(FACE_SHARE * slant) * down
        if np.count_nonzero(central) < 12:
            continue
        radius = np.sort(np.hypot(across[central], down[central]))
        low, middle, high = (
            radius[len(radius) // 5],
            radius[len(radius) // 2],
            radius[-len(radius) // 5],
        )
        if (high - low) / middle < spread:
            best, spread = (float(x), float(y)), (high - low) / middle
    return best if spread < MAX_SPREAD else None


def _trapezoid(mask: Mask, left: Line, right: Line, scale: float) -> Trapezoid:
    rows = np.flatnonzero(mask.any(axis=1))
    bounds = rows[0] / scale, rows[-1] / scale
    return Trapezoid(
        left.at / scale, left.slant, right.at / scale, right.slant, bounds[0], bounds[1]
    )


def _sector(mask: Mask, left: Line, right: Line, scale: float) -> Sector | None:
    """The sector between two lines: its arcs lie where the picture begins and ends on most rays."""
    if right.slant - left.slant < 2 * np.tan(MIN_HALF_ANGLE_RAD):
        return None
    apex_y = (right.at - left.at) / (left.slant - right.slant)
    apex_x = left.at + left.slant * apex_y
    angles = float(np.arctan(left.slant)), float(np.arctan(right.slant))
    y, x = np.nonzero(mask)
    radius, place = _rays(x.astype(float), y.astype(float), Sector(apex_x, apex_y, *angles, 0, 1))
    nearest, furthest = np.full(BINS, np.inf), np.zeros(BINS)
    np.minimum.at(nearest, place, radius)
    np.maximum.at(furthest, place, radius)
    seen = furthest > 0
    if seen.sum() < BINS // 3:
        return None
    inner, outer = np.median(nearest[seen]), np.percentile(furthest[seen], 90)
    return Sector(
        apex_x / scale, apex_y / scale, *angles, float(inner) / scale, float(outer) / scale
    )
