"""Moves a shape's edges to where the echoes end: weighted least squares over border points."""

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.fan.content import Soft
from edge.fan.shape import Box, Edge, Floats, Shape, SideName

SAMPLES = 72
"""Points along each edge."""

REACH_SHARE = (0.03, 0.02, 0.012, 0.008, 0.008, 0.008)
"""How far from the shape its border is looked for, by round, as a share of the frame's diagonal."""

NEAR_SHARE = (0.008,) * 8
"""The same for a shape that is nearly right."""

ON_EDGE_SHARE = 0.004
"""A border point nearer than this to the shape, as a share of the diagonal, supports it."""

STEP_PX, STEPS = 0.5, 24
"""Between looks along a normal; no more of them than twice so many."""

LEVEL = 0.35
"""Mean echo above which a stretch of a normal is picture: what is deep is dim and has gaps, while a
codec's stray blocks around the fan reach 0.2."""

LEAST_ECHO_PX = 0.5
"""With fewer px of full echo inside it a border is none."""

NEAR_PX = 4.0
"""A border point nearer than this speaks for the edge; further inside it may be a shadow's."""

SHADOW_TRUST = 0.4
"""Weight of such a border point."""

EVENNESS = 60.0
"""Weight, in border points, of both sides leaning alike where one of them is hardly seen."""

CUT_PX = 1.5
"""Nearer than this to a cut nothing is said of where the echoes end."""

SETTLED_PX = 0.1
"""A round that moves no point further than this is the last."""


class Fit(NamedTuple):
    """A fitted shape, and by edge the share of its visible samples where the echoes end there.

    An edge of which nothing can be seen (cut off by the frame or the picture's box) is left out.
    """

    shape: Shape
    support: dict[SideName, float]


class Border(NamedTuple):
    """Where the echoes end along the normals of a shape's edges; all (edges, samples).

    offset: px outward from the shape. seen: a border was found there.
    """

    offset: Floats
    seen: NDArray[np.bool_]
    visible: NDArray[np.bool_]

    def within(self, px: float) -> Floats:
        """By edge, the share of its visible samples at which a border lies so near; (edges,)."""
        near = self.seen & (np.abs(self.offset) <= px)
        return np.asarray(near.sum(axis=1) / np.maximum(1, self.visible.sum(axis=1)), np.float64)


def fit(shape: Shape, echo: Soft, box: Box, *, near: bool = False) -> Fit:
    """Fit a shape to the echoes (height, width) of a picture cut to `box`.

    `near`: the shape is nearly right, so that its border is looked for close by.
    """
    diagonal = float(np.hypot(*echo.shape))
    shares = NEAR_SHARE if near else REACH_SHARE
    for reach in shares:
        moved, by_px = _step(shape, echo, box, max(2.0, reach * diagonal))
        if not moved.plausible():
            break
        shape = moved
        if by_px < SETTLED_PX and reach == shares[-1]:
            break
    return Fit(shape, _support(shape, echo, box, diagonal))


def _step(shape: Shape, echo: Soft, box: Box, reach_px: float) -> tuple[Shape, float]:
    """One round: look for the border along the edges' normals, move the shape towards it.

    Gives the shape and how far its points have moved at most, px.
    """
    edges = shape.edges(SAMPLES)
    border = find_border(edges, echo, box, reach_px)
    jacobian = np.concatenate([edge.jacobian for edge in edges])
    weight = (border.seen * _trust(border, reach_px)).ravel()
    # A little reluctance keeps what no border point speaks of where it is.
    reluctance = np.diag(0.3 * np.abs(jacobian).max(axis=0) ** 2 + 1e-9)
    lean, by_px = shape.lean()
    evenness = EVENNESS * max(0.0, 1 - 2 * float(border.within(NEAR_PX)[:2].min()))
    normal = jacobian.T @ (weight[:, None] * jacobian) + reluctance
    normal += evenness * np.outer(lean, lean)
    pull = jacobian.T @ (weight * border.offset.ravel()) - evenness * by_px * lean
    change = np.linalg.solve(normal, pull)
    return shape.of(shape.vector() + change), float(np.abs(jacobian @ change).max())


def _trust(border: Border, reach_px: float) -> Floats:
    """Weight (edges, samples) of each border point: less further from its edge's median (Tukey).

    Echoes beyond the shape speak louder than black within it, which may be a shadow.
    """
    middles = [
        _median(offset[seen]) for offset, seen in zip(border.offset, border.seen, strict=True)
    ]
    away = np.abs(border.offset - np.array(middles)[:, None]) / (0.7 * reach_px)
    shadow = np.where(border.offset < -NEAR_PX, SHADOW_TRUST, 1.0)
    return np.asarray(shadow * (1 - np.minimum(away, 1) ** 2) ** 2, np.float64)


def _median(values: Floats) -> float:
    """Of values (n,), 0 where there are none; in a quarter of the time that `np.median` takes."""
    if not values.size:
        return 0.0
    inorder = np.sort(values)
    return float(inorder[(len(inorder) - 1) // 2] + inorder[len(inorder) // 2]) / 2


def find_border(edges: Sequence[Edge], echo: Soft, box: Box, reach_px: float) -> Border:
    """Along each normal, the point inward of which echoes prevail, outward of which black does.

    That is where the sum of (echo - LEVEL) from the innermost point on is largest. Where no echo is
    there at all nothing is seen; where the echoes go on to the end, the border is taken there.
    All edges have as many samples and are looked at in one go, as small steps cost most.
    """
    step_px = max(STEP_PX, reach_px / STEPS)
    steps = np.arange(-reach_px, reach_px + step_px / 2, step_px)
    points = np.concatenate([edge.points for edge in edges])
    normals = np.concatenate([edge.normals for edge in edges])
    along = points[..., None] + normals[..., None] * steps
    found = cv2.remap(
        echo,
        along[:, 0].astype(np.float32),
        along[:, 1].astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=0,
    )
    gain = np.cumsum(found - np.float32(LEVEL), axis=1) * step_px
    best = gain.argmax(axis=1)
    offset = steps[best] + step_px / 2
    visible = box.holds(points, margin=-CUT_PX)
    # Where the echoes end at a cut, they may go on behind it.
    whole = box.holds(points + offset[:, None] * normals, margin=-CUT_PX)
    seen = visible & whole & (gain[np.arange(len(best)), best] > LEAST_ECHO_PX)
    size = len(edges), -1
    return Border(offset.reshape(size), seen.reshape(size), visible.reshape(size))


def _support(shape: Shape, echo: Soft, box: Box, diagonal: float) -> dict[SideName, float]:
    reach = max(2.0, 3 * ON_EDGE_SHARE * diagonal)
    edges = shape.edges(SAMPLES)
    border = find_border(edges, echo, box, reach)
    shares = border.within(max(1.5, ON_EDGE_SHARE * diagonal))
    enough = border.visible.sum(axis=1) >= SAMPLES // 8
    return {
        edge.side: float(share)
        for edge, share, shown in zip(edges, shares, enough, strict=True)
        if shown
    }
