"""Screens of scanners, drawn for tests: a fan of speckle and all that stands around it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from edge.fan.sector import Sector
from edge.fan.shape import Floats, Shape, fill

Gray = NDArray[np.uint8]

SIZE = (480, 640)
"""Height and width."""

CONVEX = Sector(
    apex_x=330.0,
    apex_y=-60.0,
    left_rad=float(np.deg2rad(-32.0)),
    right_rad=float(np.deg2rad(32.0)),
    inner_px=110.0,
    outer_px=460.0,
)
"""A fan as an abdominal probe draws it."""


def speckle(rng: np.random.Generator, size: tuple[int, int] = SIZE) -> Gray:
    """Log-compressed Rayleigh noise of a few px, (height, width), gray 20 to 200."""
    parts = [cv2.GaussianBlur(rng.standard_normal(size), (0, 0), 1.5) for _ in range(2)]
    level = 20 * np.log10(np.hypot(*parts) / np.std(parts[0]) + 0.05)
    return np.asarray(np.clip(110 + 3 * level, 20, 200), np.uint8)


def draw(
    shape: Shape, rng: np.random.Generator, size: tuple[int, int] = SIZE, gain: float = 1.0
) -> Gray:
    """A frame (height, width) with speckle in the shape and black around it."""
    inside = fill(shape.outline(200), size)
    return np.asarray(np.clip(gain * speckle(rng, size), 0, 255) * inside, np.uint8)


def ornament(frame: Gray, beat: int = 0) -> Gray:
    """The frame with text, ticks, a gray bar, a logo and, along the bottom, an ECG trace."""
    drawn = frame.copy()
    height, width = drawn.shape
    for row, word in enumerate(("ABD", "C5-1", "MI 1.2", "TIs 0.7", "P 90%")):
        cv2.putText(drawn, word, (6, 40 + 22 * row), cv2.FONT_HERSHEY_SIMPLEX, 0.5, 190, 1)
    for row in range(30, height - 30, 20):
        cv2.line(drawn, (width - 12, row), (width - 5, row), 170, 1)
    drawn[60:220, width - 40 : width - 28] = np.linspace(255, 0, 160)[:, None].astype(np.uint8)
    cv2.putText(drawn, "LOGO", (width - 110, 40), cv2.FONT_HERSHEY_SIMPLEX, 1.0, 255, 3)
    x = np.arange(width)
    y = height - 20 + np.rint(9 * np.sin((x + 7 * beat) / 9.0)).astype(int)
    drawn[y, x] = 220
    return drawn


def shadowed(frame: Gray, shape: Sector, first_rad: float, last_rad: float) -> Gray:
    """The frame with nothing below a few mm between two angles, as behind a rib or gas."""
    wedge = Sector(
        shape.apex_x, shape.apex_y, first_rad, last_rad, shape.inner_px + 25, shape.outer_px + 30
    )
    return np.asarray(frame * (1 - fill(wedge.outline(64), frame.shape)), np.uint8)


def pink(rng: np.random.Generator, power: float, size: tuple[int, int] = SIZE) -> Gray:
    """Noise whose amplitude falls with frequency to a power, as that of photographs does (1)."""
    across, down = np.meshgrid(np.fft.fftfreq(size[1]), np.fft.fftfreq(size[0]))
    frequency = np.hypot(across, down)
    frequency[0, 0] = 1
    image = np.fft.ifft2(np.fft.fft2(rng.standard_normal(size)) / frequency**power).real
    return np.asarray(np.clip(110 + 55 * (image - image.mean()) / image.std(), 0, 255), np.uint8)


def furthest_apart(found: Shape, truth: Shape) -> float:
    """Largest distance between the same points of two outlines, px."""
    apart: Floats = found.outline(32) - truth.outline(32)
    return float(np.hypot(*apart.T).max())
