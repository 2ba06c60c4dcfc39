"""Moves a shape's edges to where the echoes end: weighted least squares over border points."""

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


class Fit(NamedTuple):
    """A fitted shape, and by edge the share of its visible samples where the echoes end there.

    An edge of which nothing can be seen (cut off by the frame or the picture's box) is left out.
    """

    shape: Shape
    support: dict[SideName, float]


class Border(NamedTuple):
    """Where the echoes end along the normals of an edge.

    offset: (n,) px outward from the shape. seen: a border was found there.
    """

    offset: Floats
    seen: NDArray[np.bool_]
    visible: NDArray[np.bool_]


def fit(shape: Shape, echo: Soft, box: Box, *, near: bool = False) -> Fit:
    """Fit a shape to the echoes (height, width) of a picture cut to `box`.

    `near`: the shape is nearly right, so that its border is looked for close by.
    """
    diagonal = float(np.hypot(*echo.shape))
    for reach in NEAR_SHARE if near else REACH_SHARE:
        moved = _step(shape, echo, box, max(2.0, reach * diagonal))
        if not moved.plausible():
            break
        shape = moved
    return Fit(shape, _support(shape, echo, box, diagonal))


def _step(shape: Shape, echo: Soft, box: Box, reach_px: float) -> Shape:
    """One round: look for the border along the edges' normals, move the shape towards it."""
    edges = shape.edges(SAMPLES)
    borders = [find_border(edge, echo, box, reach_px) for edge in edges]
    seen = np.concatenate([border.seen for border in borders])
    offset = np.concatenate([border.offset for border in borders])
    jacobian = np.concatenate([edge.jacobian for edge in edges])
    weight = seen * _trust(borders, reach_px)
    # A little reluctance keeps what no border point speaks of where it is.
    reluctance = np.diag(0.3 * np.abs(jacobian).max(axis=0) ** 2 + 1e-9)
    lean, by_px = shape.lean()
    evenness = EVENNESS * max(0.0, 1 - 2 * min(_share(borders[0]), _share(borders[1])))
    normal = jacobian.T @ (weight[:, None] * jacobian) + reluctance
    normal += evenness * np.outer(lean, lean)
    change = np.linalg.solve(normal, jacobian.T @ (weight * offset) - evenness * by_px * lean)
    return shape.of(shape.vector() + change)


def _share(border: Border) -> float:
    """Share of an edge's visible samples at which a border was found nearby."""
    near = border.seen & (np.abs(border.offset) < NEAR_PX)
    return float(near.sum() / max(1, border.visible.sum()))


def _trust(borders: list[Border], reach_px: float) -> Floats:
    """Weight of each border point: less the further it is from its edge's median (Tukey).

    Echoes beyond the shape speak louder than black within it, which may be a shadow.
    """
    weights = []
    for border in borders:
        middle = np.median(border.offset[border.seen]) if border.seen.any() else 0.0
        away = np.clip(np.abs(border.offset - middle) / (0.7 * reach_px), 0, 1)
        shadow = np.where(border.offset < -NEAR_PX, SHADOW_TRUST, 1.0)
        weights.append(shadow * (1 - away**2) ** 2)
    return np.concatenate(weights)


def find_border(edge: Edge, echo: Soft, box: Box, reach_px: float) -> Border:
    """Along each normal, the point inward of which echoes prevail, outward of which black does.

    That is where the sum of (echo - LEVEL) from the innermost point on is largest. Where no echo is
    there at all nothing is seen; where the echoes go on to the end, the border is taken there.
    """
    step_px = max(STEP_PX, reach_px / STEPS)
    steps = np.arange(-reach_px, reach_px + step_px / 2, step_px)
    x = edge.points[:, :1] + edge.normals[:, :1] * steps
    y = edge.points[:, 1:] + edge.normals[:, 1:] * steps
    found = cv2.remap(
        echo,
        x.astype(np.float32),
        y.astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
        borderValue=0,
    )
    gain = np.cumsum(found - np.float32(LEVEL), axis=1) * step_px
    best = gain.argmax(axis=1)
    offset = steps[best] + step_px / 2
    visible = box.holds(edge.points, margin=-CUT_PX)
    # Where the echoes end at a cut, they may go on behind it.
    whole = box.holds(edge.points + offset[:, None] * edge.normals, margin=-CUT_PX)
    return Border(
        offset, visible & whole & (gain[np.arange(len(best)), best] > LEAST_ECHO_PX), visible
    )


def _support(shape: Shape, echo: Soft, box: Box, diagonal: float) -> dict[SideName, float]:
    reach = max(2.0, 3 * ON_EDGE_SHARE * diagonal)
    near = max(1.5, ON_EDGE_SHARE * diagonal)
    support = {}
    for edge in shape.edges(SAMPLES):
        border = find_border(edge, echo, box, reach)
        if border.visible.sum() >= SAMPLES // 8:
            on_edge = border.seen & (np.abs(border.offset) <= near)
            support[edge.side] = float(on_edge.sum() / border.visible.sum())
    return support
