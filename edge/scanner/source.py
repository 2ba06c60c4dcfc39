"""What a stand-in scanner plays: sources of shots, whatever they are read from."""

from collections.abc import Iterator
from typing import Literal, NamedTuple, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.contract.grading import View

Pixels = NDArray[np.uint8]
RawFormat = Literal["gray8", "rgb8", "bgr8"]

SIDE_PX = (16, 4096)
"""Smallest and largest width or height of a frame in the wire protocol, inclusive."""

NOMINAL_FPS = 30.0
"""Pace of a source that has no times of its own."""


class SourceError(ValueError):
    """A source that cannot be played: says which, what is wrong and, where known, the remedy."""


class Shot(NamedTuple):
    """One frame of a source, ready to send.

    pixels: (H, W) or (H, W, 3) uint8, C-contiguous, not written to again. time_s: seconds since
    the source's first frame, never falling. spacing_mm: mm per pixel, rows then columns.
    """

    pixels: Pixels
    format: RawFormat
    time_s: float
    view: View | None = None
    spacing_mm: tuple[float, float] | None = None
    hold: int | None = None


class Source(Protocol):
    """Something that can be played, any number of times."""

    @property
    def name(self) -> str:
        """What the user called it."""

    @property
    def count(self) -> int | None:
        """Frames in one play; None where it is not known beforehand."""

    @property
    def fps(self) -> float:
        """Nominal frames per second, > 0."""

    def shots(self) -> Iterator[Shot]:
        """Every frame from the first; SourceError where the source breaks off."""


def plain(image: Pixels, order: Literal["rgb8", "bgr8"] = "bgr8") -> tuple[Pixels, RawFormat]:
    """Pixels as they are, but one channel instead of three that are equal.

    Args:
        image: (H, W) or (H, W, 3) uint8; three channels are in `order`.

    Returns:
        C-contiguous pixels, and their wire format.
    """
    if image.ndim == 2:
        return np.ascontiguousarray(image), "gray8"
    first = cv2.extractChannel(image, 0)
    for channel in (1, 2):
        if not np.array_equal(first, cv2.extractChannel(image, channel)):
            return np.ascontiguousarray(image), order
    return np.asarray(first, np.uint8), "gray8"


def check_sides(name: str, width: int, height: int) -> None:
    """Raise SourceError unless a frame of that size can cross the wire."""
    low, high = SIDE_PX
    if not (low <= width <= high and low <= height <= high):
        raise SourceError(f"{name}: {width} x {height} px; a frame has {low} to {high} px a side")
