"""Changes to a training frame that a scanner or a hand makes and that leave liver fat as it is.

Each has a largest size; a frame's own is drawn uniformly up to it, both ways. A change of how gray
falls with depth (`tgc_gray`) takes away a part of what the networks read, as operators do.
"""

import cv2
import msgspec
import numpy as np
from numpy.typing import NDArray

from edge.contract.grading import View

Frames = NDArray[np.uint8]

MIDDLE_GRAY = 100.0
"""Gray around which contrast turns: that of the liver, near enough."""

KNOTS = 4
"""Places over the depth of the window between which the time gain bends."""

LIKELY = 0.5
"""How often a frame is smoothed, written on or mirrored."""


class Augmentation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Largest change of each kind."""

    gain_gray: float = 8.0
    """Overall gain: gray levels added after log compression. 60 dB over 255 levels: 8 is 1.9 dB."""
    gamma: float = 0.05
    """Gray-map exponent 1 ± this."""
    shift_px: int = 6
    """Whole pixels, rows and columns alike; what comes in is black."""
    contrast: float = 0.0
    """Dynamic range: gray around the liver's own, times 1 ± this."""
    tgc_gray: float = 0.0
    """Time gain: gray levels that bend over the depth."""
    scale: float = 0.0
    """Size, 1 ± this; what comes in is black."""
    turn_deg: float = 0.0
    """Turn about the window's middle, as of a probe tilted in its plane; what comes in is black."""
    noise_gray: float = 0.0
    """SD of speckle added, smoothed over a grain of one to two pixels."""
    blur_px: float = 0.0
    """SD of a scanner's smoothing, in half of the frames."""
    overlay: bool = False
    """Marks and a bar of gray over the window's edges, in half of the frames."""
    mirror: bool = False
    """Left for right in half of the frames, where anatomy allows: in AR, not in HR."""


NONE = Augmentation(gain_gray=0.0, gamma=0.0, shift_px=0)
LIGHT = Augmentation()
SCANNER = Augmentation(
    gain_gray=18.0,
    gamma=0.15,
    shift_px=14,
    contrast=0.12,
    tgc_gray=6.0,
    scale=0.03,
    noise_gray=6.0,
    blur_px=1.2,
    overlay=True,
    mirror=True,
)
WIDE = msgspec.structs.replace(SCANNER, shift_px=36, scale=0.15, turn_deg=20.0)
CHOICES = {"none": NONE, "light": LIGHT, "scanner": SCANNER, "wide": WIDE}
NAMES = {limits: name for name, limits in CHOICES.items()}


def for_view(limits: Augmentation, view: View) -> Augmentation:
    """The same, but a kidney view is not mirrored: the head is on its left by convention."""
    return limits if view == "AR" else msgspec.structs.replace(limits, mirror=False)


def augment(frames: Frames, limits: Augmentation, rng: np.random.Generator) -> Frames:
    """Change each frame of a batch (n, side, side), uint8, by its own draw; black stays black."""
    if limits == NONE:
        return frames
    return np.stack([_augment_one(frame, limits, rng) for frame in frames])


def _augment_one(frame: Frames, limits: Augmentation, rng: np.random.Generator) -> Frames:
    toned = cv2.LUT(frame, _gray_map(limits, rng))
    if limits.tgc_gray or limits.noise_gray:
        toned = _uneven(np.asarray(toned), limits, rng)
    sigma = rng.uniform(0, limits.blur_px) if rng.random() < LIKELY else 0.0
    if sigma > 0.3:
        toned = cv2.GaussianBlur(toned, (0, 0), sigma)
    moved = _moved(np.asarray(toned, np.uint8), limits, rng)
    if limits.mirror and rng.random() < LIKELY:
        moved = np.ascontiguousarray(moved[:, ::-1])
    if limits.overlay and rng.random() < LIKELY:
        _write_over(moved, rng)
    return moved


def _gray_map(limits: Augmentation, rng: np.random.Generator) -> Frames:
    gain = rng.uniform(-limits.gain_gray, limits.gain_gray)
    exponent = 1 + rng.uniform(-limits.gamma, limits.gamma)
    return gray_map(gain, exponent, 1 + rng.uniform(-limits.contrast, limits.contrast))


def gray_map(gain_gray: float, gamma: float, contrast: float = 1.0) -> Frames:
    """Table (256,) of new gray for old; 0 stays 0, as the padding outside the fan is no echo."""
    levels = np.linspace(0.0, 1.0, 256) ** gamma * 255
    levels = (levels - MIDDLE_GRAY) * contrast + MIDDLE_GRAY + gain_gray
    table = np.clip(np.rint(levels), 0, 255).astype(np.uint8)
    table[0] = 0
    return table


def _uneven(frame: Frames, limits: Augmentation, rng: np.random.Generator) -> Frames:
    """Frame with gray added that bends over the rows, and with speckle; black stays black."""
    height, width = frame.shape
    bends = rng.uniform(-limits.tgc_gray, limits.tgc_gray, KNOTS)
    added = np.interp(np.arange(height), np.linspace(0, height, KNOTS), bends)
    grain = rng.standard_normal((height // 2 + 1, width // 2 + 1), dtype=np.float32)
    grain = np.asarray(cv2.resize(grain, (width, height), interpolation=cv2.INTER_LINEAR))
    grain *= np.float32(rng.uniform(0, limits.noise_gray))
    grain += added.astype(np.float32)[:, np.newaxis]
    return np.asarray(cv2.add(frame, grain, mask=frame, dtype=cv2.CV_8U), np.uint8)


def _moved(frame: Frames, limits: Augmentation, rng: np.random.Generator) -> Frames:
    """Frame moved by whole pixels and, where that is allowed, sized and turned about its middle."""
    rows, columns = rng.integers(-limits.shift_px, limits.shift_px, size=2, endpoint=True)
    if not (limits.scale or limits.turn_deg):
        return _shifted(frame, int(rows), int(columns))
    x, y = ((side - 1) / 2 for side in frame.shape[::-1])
    size = 1 + rng.uniform(-limits.scale, limits.scale)
    # Drawn only where it is asked for: without, the same seed draws what it always drew.
    angle = rng.uniform(-limits.turn_deg, limits.turn_deg) if limits.turn_deg else 0.0
    turn = cv2.getRotationMatrix2D((x, y), angle, size)
    turn[:, 2] += columns, rows
    return np.asarray(cv2.warpAffine(frame, turn, frame.shape[::-1]), np.uint8)


def _shifted(frame: Frames, rows: int, columns: int) -> Frames:
    """Frame moved down by `rows` and right by `columns`, black where nothing was."""
    out = np.zeros_like(frame)
    height, width = frame.shape
    out[max(rows, 0) : height + min(rows, 0), max(columns, 0) : width + min(columns, 0)] = frame[
        max(-rows, 0) : height + min(-rows, 0), max(-columns, 0) : width + min(-columns, 0)
    ]
    return out


def _write_over(frame: Frames, rng: np.random.Generator) -> None:
    """Ticks down one side, a gray bar or marks in a corner: in place."""
    height, width = frame.shape
    column = int(rng.integers(2, width // 10))
    column = column if rng.random() < LIKELY else width - 1 - column
    ink = int(rng.integers(120, 256))
    for row in range(int(rng.integers(4, 20)), height, int(rng.integers(12, 40))):
        cv2.line(frame, (column, row), (column + 4, row), ink, 1)
    if rng.random() < LIKELY:
        cv2.putText(
            frame,
            str(rng.integers(1000, 100000)),
            (int(rng.integers(0, width // 2)), int(rng.integers(10, height // 10 + 11))),
            cv2.FONT_HERSHEY_SIMPLEX,
            float(rng.uniform(0.3, 0.6)),
            ink,
            1,
            cv2.LINE_AA,
        )
