"""Which pixels show echoes: what a scanner's black is, and where its picture lies."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.fan.shape import Box, Mask

Gray = NDArray[np.uint8]
Soft = NDArray[np.float32]

WORKING_PX = 320
"""Longest side of the image that the first guess is made on."""

ECHO_GRAY = 4.0
"""Above black by so much a pixel counts as half an echo: above a video codec's noise."""

VEIL_SHARE = 0.35
"""Where so large a part of the picture's rim is of one gray, that gray is the scanner's black."""

MIN_AREA = 0.04
"""Smallest picture, as a share of the frame."""


class Content(NamedTuple):
    """What is known of a frame's pixels.

    echo: (height, width) float32, 0 black to 1 surely an echo; not yet cut to `mask`. mask: 1 on
    the picture's own area, at the working resolution. whole: as mask, a veil included. small: the
    frame at the working resolution, (height, width) gray; scale: px of it for a px of the frame.
    still: its pixels that have not changed over the frames, where there were several. moved: only
    what has changed was looked at. black: gray of what shows no echo.
    """

    gray: Gray
    small: Gray
    scale: float
    still: NDArray[np.bool_] | None
    moved: bool
    black: int
    mask: Mask
    whole: Mask
    echo: Soft

    @property
    def frame(self) -> Box:
        """The whole frame."""
        return Box(0.0, 0.0, self.echo.shape[1] - 1.0, self.echo.shape[0] - 1.0)

    @property
    def box(self) -> Box:
        """What the picture is cut to, in px of the frame: the frame, or a straight cut within it.

        Some screens cut the lowest part of a fan off, or its corners. A cut shows as a straight
        upright or level border where a fan has an arc or a corner.
        """
        height, width = self.echo.shape
        left, right, _ = _cuts(self.whole)
        bottom = _cuts(self.mask)[2]
        return Box(
            0.0 if left is None else left / self.scale,
            0.0,
            width - 1.0 if right is None else (right + 1) / self.scale - 1,
            height - 1.0 if bottom is None else (bottom + 1) / self.scale - 1,
        )


LEVEL_CUT, UPRIGHT_CUT = 0.4, 0.12
"""A cut is at least so long, as a share of the picture's width or height. An arc is level over a
fifth of the width, a corner is upright over a fiftieth of the height."""

CUT_DEPTH_PX = 5
"""How far within the outermost point a cut may lie, working px: ticks stick out of it."""


def find_content(
    gray: Gray, change: Gray | None = None, *, only_moving: bool = False
) -> Content | None:
    """The picture in a gray image (height, width); None where there is none.

    Args:
        gray: what one or several frames have shown.
        change: by how much each pixel has changed over them; None where there was one.
        only_moving: the picture is looked for where something has changed.
    """
    scale = min(1.0, WORKING_PX / max(gray.shape))
    small = _shrink(gray, scale)
    black = _black(small)
    if change is not None and only_moving:
        gray = np.where(_near_change(change), gray, np.uint8(black))
        small = _shrink(gray, scale)
    mask = largest(small > black + ECHO_GRAY)
    if mask is None:
        return None
    still = None if change is None else _shrink(change, scale) <= ECHO_GRAY / 2
    echo = _echo(gray, black)
    return Content(gray, small, scale, still, only_moving, black, mask, mask, echo)


def lift_veil(content: Content) -> Content | None:
    """The same picture with another black, where a band of one gray goes all along its rim.

    A screen shot that was masked along the fan keeps some of the scanner's own black around it,
    which is often a dark gray. None where there is no such band.
    """
    black = _veil(content)
    if black is None or black <= content.black:
        return None
    mask = largest(content.small > black + ECHO_GRAY)
    if mask is None:
        return None
    return content._replace(black=black, mask=mask, echo=_echo(content.gray, black))


def _echo(gray: Gray, black: int) -> Soft:
    certainty = np.clip((np.arange(256) - black) / (2 * ECHO_GRAY), 0, 1).astype(np.float32)
    return np.asarray(cv2.LUT(gray, certainty), np.float32)


def _shrink(image: Gray, scale: float) -> Gray:
    size = (round(image.shape[1] * scale), round(image.shape[0] * scale))
    while min(image.shape) >= 2 * min(size) and image.shape[0] % 2 == image.shape[1] % 2 == 0:
        # Halves are averaged several times as fast as odd shares.
        half = (image.shape[1] // 2, image.shape[0] // 2)
        image = np.asarray(cv2.resize(image, half, interpolation=cv2.INTER_AREA), np.uint8)
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def _near_change(change: Gray) -> NDArray[np.bool_]:
    """Pixels at or near which something has changed: echoes do, text, bars and logos do not."""
    changed = (change > ECHO_GRAY).astype(np.uint8)
    lasting = cv2.morphologyEx(changed, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    return np.asarray(cv2.dilate(lasting, np.ones((9, 9), np.uint8)) > 0, np.bool_)


def _black(small: Gray) -> int:
    """The commonest gray around the frame's border."""
    depth = max(2, min(small.shape) // 40)
    rim = np.ones(small.shape, np.bool_)
    rim[depth:-depth, depth:-depth] = False
    return int(np.bincount(small[rim], minlength=256).argmax())


def _veil(content: Content) -> int | None:
    """The gray along the picture's rim where it is one gray, and neither speckle nor noise."""
    inside = cv2.distanceTransform(content.mask, cv2.DIST_L2, 3)
    rim = (inside > 1) & (inside < 4)
    grays = content.small[rim if content.still is None else rim & content.still]
    if grays.size == 0:
        return None
    counts = np.bincount(grays, minlength=256)
    commonest = int(counts.argmax())
    share = counts[max(0, commonest - 2) : commonest + 3].sum() / np.count_nonzero(rim)
    return commonest if share >= VEIL_SHARE else None


def largest(found: NDArray[np.bool_]) -> Mask | None:
    """The largest connected area, without what is thin (text, ticks, traces) and without gaps."""
    closed = cv2.morphologyEx(found.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    mask = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask)
    if len(stats) < 2:
        return None
    chosen = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    if stats[chosen, cv2.CC_STAT_AREA] < MIN_AREA * mask.size:
        return None
    return np.asarray(labels == chosen, np.uint8)


def _cuts(mask: Mask) -> tuple[int | None, int | None, int | None]:
    """Column of a cut on the left, on the right, and row of one at the bottom."""
    x, y, width, height = cv2.boundingRect(mask)
    part = mask[y : y + height, x : x + width] > 0
    rows, columns = part[part.any(axis=1)], part[:, part.any(axis=0)]
    left = _straight(rows.argmax(axis=1), UPRIGHT_CUT)
    right = _straight(rows[:, ::-1].argmax(axis=1), UPRIGHT_CUT)
    bottom = _straight(columns[::-1].argmax(axis=0), LEVEL_CUT)
    return (
        None if left is None else x + left,
        None if right is None else x + width - 1 - right,
        None if bottom is None else y + height - 1 - bottom,
    )


def _straight(depths: NDArray[np.intp], share: float) -> int | None:
    """Depth below the outermost point at which a border (n,) is straight; None where nowhere."""
    counts = np.bincount(depths, minlength=CUT_DEPTH_PX + 2)
    pairs = counts[: CUT_DEPTH_PX + 1] + counts[1 : CUT_DEPTH_PX + 2]
    return int(pairs.argmax()) if pairs.max() >= share * len(depths) else None
