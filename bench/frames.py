"""Frames to time with: a virtual liver under a held probe, as any bundle's networks read it.

Pictures of no liver would be refused by a bundle that knows them, and a frame that is refused costs
less than one that is read.
"""

import itertools
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from bench.case import Case, FrameFormat
from edge.contract.grading import View
from edge.scanner.virtual import VirtualClip, draw_subject

Image = NDArray[np.uint8]
Pixels = bytes | Image

PRESET = "single"
FAT_PCT = 8.0
MOST = 64
"""Different pixels parts at most; a second's worth of 60 frames a second."""

JPEG_QUALITY = 90


def draw(view: View, count: int, width: int, height: int, seed: int = 0) -> list[Image]:
    """`count` gray images (height, width) uint8 of one hold, the same for the same seed.

    They go to and fro, so that played in a circle they never jump.
    """
    rendered = (count + 1) // 2 + 1
    clip, first = _hold(view, rendered, seed)
    images = [_laid_out(clip.frame(first + number), width, height) for number in range(rendered)]
    there_and_back = images + images[-2:0:-1]
    return there_and_back[:count]


def pack(image: Image, image_format: FrameFormat) -> Pixels:
    """A gray image as the pixels part of a frame message."""
    if image_format == "gray8":
        return image
    colour = cv2.cvtColor(image, cv2.COLOR_GRAY2BGR)
    if image_format == "bgr8":
        return np.asarray(colour, np.uint8)
    _, packed = cv2.imencode(".jpg", colour, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return packed.tobytes()


def prepare(case: Case) -> list[Pixels]:
    """A second's worth of pixels parts, at most `MOST`, to be sent in turn."""
    count = min(case.warm_up + case.frames, max(8, round(case.pace)), MOST)
    images = draw(case.view, count, case.width, case.height)
    return [pack(image, case.format) for image in images]


def _hold(view: View, frames: int, seed: int) -> tuple[VirtualClip, int]:
    """A clip of the first subject who has a hold that long in good contact, and where it begins."""
    return next((clip, first) for clip, first, count in _holds(view, seed) if count >= frames)


def _holds(view: View, seed: int) -> Iterator[tuple[VirtualClip, int, int]]:
    """Clip, first frame and number of frames of every hold in good contact, without end."""
    for index in itertools.count():
        clip = VirtualClip(draw_subject(PRESET, seed, index, fat_pct=FAT_PCT), view)
        good = clip.motion.contact == 1
        for hold in np.unique(clip.motion.hold):
            held = np.flatnonzero((clip.motion.hold == hold) & good)
            if len(held):
                yield clip, int(held[0]), len(held)


def _laid_out(frame: Image, width: int, height: int) -> Image:
    """The frame as large as fits, in the middle of a black screen (height, width)."""
    scale = min(width / frame.shape[1], height / frame.shape[0])
    size = max(1, round(frame.shape[1] * scale)), max(1, round(frame.shape[0] * scale))
    shown = cv2.resize(frame, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    screen = np.zeros((height, width), np.uint8)
    row, column = (height - size[1]) // 2, (width - size[0]) // 2
    screen[row : row + size[1], column : column + size[0]] = shown
    return screen
