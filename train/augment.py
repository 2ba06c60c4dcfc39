"""Changes to a training frame that a scanner or a hand makes and that leave liver fat as it is.

Left out on purpose: anything that alters how gray falls with depth (a TGC slope, scale), which is
what the networks read.
"""

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

Frames = NDArray[np.uint8]


class Augmentation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Largest change of each kind; a frame's own is drawn uniformly up to it, both ways."""

    gain_gray: float = 8.0
    """Overall gain: gray levels added after log compression. 60 dB over 255 levels: 8 is 1.9 dB."""
    gamma: float = 0.05
    """Gray-map exponent 1 ± this."""
    shift_px: int = 6
    """Whole pixels, rows and columns alike; what comes in is black."""


NONE = Augmentation(gain_gray=0.0, gamma=0.0, shift_px=0)
LIGHT = Augmentation()
CHOICES = {"none": NONE, "light": LIGHT}


def augment(frames: Frames, limits: Augmentation, rng: np.random.Generator) -> Frames:
    """Change each frame of a batch (n, side, side), uint8, by its own draw; black stays black."""
    if limits == NONE:
        return frames
    return np.stack([_augment_one(frame, limits, rng) for frame in frames])


def _augment_one(frame: Frames, limits: Augmentation, rng: np.random.Generator) -> Frames:
    gain = rng.uniform(-limits.gain_gray, limits.gain_gray)
    exponent = 1 + rng.uniform(-limits.gamma, limits.gamma)
    rows, columns = rng.integers(-limits.shift_px, limits.shift_px, size=2, endpoint=True)
    toned = cv2.LUT(frame, gray_map(gain, exponent))
    return _shifted(np.asarray(toned, np.uint8), int(rows), int(columns))


def gray_map(gain_gray: float, gamma: float) -> Frames:
    """Table (256,) of new gray for old; 0 stays 0, as the padding outside the fan is no echo."""
    levels = np.linspace(0.0, 1.0, 256) ** gamma * 255 + gain_gray
    table = np.clip(np.rint(levels), 0, 255).astype(np.uint8)
    table[0] = 0
    return table


def _shifted(frame: Frames, rows: int, columns: int) -> Frames:
    """Frame moved down by `rows` and right by `columns`, black where nothing was."""
    out = np.zeros_like(frame)
    height, width = frame.shape
    out[max(rows, 0) : height + min(rows, 0), max(columns, 0) : width + min(columns, 0)] = frame[
        max(-rows, 0) : height + min(-rows, 0), max(-columns, 0) : width + min(-columns, 0)
    ]
    return out
