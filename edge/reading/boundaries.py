"""Where one hold ends and the next begins."""

import math
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.contract.crop import Gray

GAP_NS = 1_000_000_000
"""A pause between two accepted frames that ends a hold: 1 s, long enough for a few rejected frames
and shorter than anyone takes to lift the probe and put it back."""

SAME_PLACE = 0.85
"""Correlation of the scene with the hold's first one, below which the probe is elsewhere.

Within the virtual cohort's holds it stays above 0.88, with their breathing (±2.5 mm) and drift. On
the real sweep it is 0.97 after 5 frames, 0.82 after 20 and 0.62 after 40."""

LOOK_NS = 80_000_000
"""Between two frames that are looked at, at least: every third one at 30 Hz. However fast frames
come, a tenth of a second is soon enough for holds of a second or more."""

MIN_CONTRAST = 2.0
"""Standard deviation in gray levels below which a scene is flat; tissue has 10 and more."""

WIDE = 21 / 36
"""Of the scene's side: differences over more than this are gain and depth, not structure."""

LEFT_OUT = 1 / 6
"""Of the scene's width on each side: a sector's edges look the same wherever the probe is."""

SIDE = 36
"""Of a scene, in blocks: the picture without its speckle."""

Pattern = NDArray[np.float32]


class Moment(NamedTuple):
    """When an accepted frame was taken.

    epoch, capture_ns, hold: of its header. began: whether a hold began with it when it was first
    read; None where it is read now.
    """

    epoch: int
    capture_ns: int
    hold: int | None = None
    began: bool | None = None


class Boundaries:
    """Tells of each accepted frame of one view whether a new hold begins with it.

    That the probe has moved is seen once a frame's estimate is out, so that nobody waits for it,
    and every tenth of a second: so late, at most, the hold ends.
    """

    def __init__(self) -> None:
        self._last: Moment | None = None
        self._pattern: Pattern | None = None
        self._moved = False
        self._seen_ns: int | None = None
        """When the hold's last frame that was looked at was taken."""

    def end(self) -> None:
        """The hold is over: frozen, or another view."""
        self._last = None

    def begins(self, moment: Moment) -> bool:
        """Whether this frame is the first of a hold."""
        begins = moment.began
        if begins is None:
            begins = self._last is None or _differs(self._last, moment) or self._moved
        self._last = moment
        if begins:
            self._pattern, self._moved, self._seen_ns = None, False, None
        return begins

    def see(self, window: Gray) -> None:
        """Look where the probe is: at the window, (n, n) uint8, of the frame just asked about."""
        now_ns = self._last.capture_ns if self._last else 0
        # A clock that was set back tells nothing.
        if self._seen_ns is not None and 0 <= now_ns - self._seen_ns < LOOK_NS:
            return
        self._seen_ns = now_ns
        structure = _structure(window)
        if structure is None:
            return
        if self._pattern is None:
            self._pattern = structure.pattern
            return
        # The pattern's mean is 0, so that of the scene need not be taken off.
        likeness = float(np.vdot(structure.gray, self._pattern))
        self._moved = likeness < SAME_PLACE * structure.length


def _differs(last: Moment, moment: Moment) -> bool:
    """Another process or hold of the scanner, or a pause.

    A clock that is set back is no pause: time itself does not run backwards.
    """
    return (last.epoch, last.hold) != (
        moment.epoch,
        moment.hold,
    ) or moment.capture_ns - last.capture_ns > GAP_NS


class _Structure(NamedTuple):
    """The middle of a scene without its brightness: high-pass, its mean, length about the mean."""

    gray: Pattern
    mean: float
    length: float

    @property
    def pattern(self) -> Pattern:
        """Mean 0, length 1: a product of two is their correlation."""
        return np.asarray((self.gray - self.mean) * (1 / self.length), np.float32)


def _structure(window: Gray) -> _Structure | None:
    """None where there is hardly any structure, which says nothing of where the probe is."""
    scene = cv2.resize(window, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    edge, wide = round(SIDE * LEFT_OUT), round(SIDE * WIDE) | 1
    middle = slice(edge, SIDE - edge)
    blurred = cv2.boxFilter(scene, cv2.CV_32F, (wide, wide))
    gray = cv2.subtract(scene[:, middle], blurred[:, middle], dtype=cv2.CV_32F)
    mean, deviation = (figure.item() for figure in cv2.meanStdDev(gray))
    if deviation < MIN_CONTRAST:
        return None
    return _Structure(np.asarray(gray, np.float32), mean, deviation * math.sqrt(gray.size))
