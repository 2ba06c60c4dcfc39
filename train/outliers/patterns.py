"""Windows without any ultrasound in them: noise, gratings, gradients, screens, heaps of shapes."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Gray = NDArray[np.uint8]
Floats = NDArray[Any]

LETTERS = "abcdefghijklmnopqrstuvwxyz ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789 :./%+-"


def noise(side: int, rng: np.random.Generator) -> Gray:
    """Noise with a power spectrum of 1/f^n: n 0 is white, 1 pink, 2 brown; and up to cloudy 3."""
    exponent = float(rng.choice((0.0, rng.uniform(0, 3))))
    frequency = np.hypot(np.fft.fftfreq(side)[:, np.newaxis], np.fft.rfftfreq(side))
    frequency[0, 0] = np.inf
    spectrum = np.fft.rfft2(rng.standard_normal((side, side))) * frequency ** (-exponent / 2)
    field = np.fft.irfft2(spectrum, s=(side, side))
    field /= field.std()
    return _gray(rng.uniform(40, 200) + rng.uniform(10, 90) * field)


def grating(side: int, rng: np.random.Generator) -> Gray:
    """Stripes or a chequerboard of any direction, soft or hard."""
    period_px, turn = float(np.exp(rng.uniform(np.log(4), np.log(side)))), rng.uniform(0, np.pi)
    across = _ramp(side, turn)
    wave = np.sin(2 * np.pi * across / period_px + rng.uniform(0, 6.3))
    if rng.random() < 0.3:
        wave = wave * np.sin(2 * np.pi * _ramp(side, turn + np.pi / 2) / period_px)
    hardness = float(np.exp(rng.uniform(0, 4)))
    return _gray(128 + rng.uniform(30, 127) * np.tanh(hardness * wave))


def gradient(side: int, rng: np.random.Generator) -> Gray:
    """Even or smoothly changing gray, straight or round, with a little noise on it."""
    level = _ramp(side, rng.uniform(0, 2 * np.pi)) / side
    if rng.random() < 0.4:
        level = np.hypot(level - rng.uniform(-0.5, 0.5), _ramp(side, np.pi / 2) / side)
    grain = rng.uniform(0, 12) * rng.standard_normal((side, side))
    return _gray(rng.uniform(0, 255) + rng.uniform(-255, 255) * level + grain)


def screen(side: int, rng: np.random.Generator) -> Gray:
    """A page or a menu: lines of writing, boxes and rules on black or on gray."""
    paper, ink = (int(level) for level in rng.choice((0, 12, 60, 200, 255), 2, replace=False))
    page = np.full((side, side), paper, np.uint8)
    line_px = int(rng.integers(9, 40))
    for row in range(line_px, side, line_px):
        if rng.random() < 0.7:
            _write(page, rng, (int(rng.integers(0, side // 2)), row), ink, line_px / 36)
    for _ in range(int(rng.integers(0, 6))):
        first, second = rng.integers(0, side, (2, 2)).tolist()
        fill = int(rng.choice((1, 1, 2, -1)))
        cv2.rectangle(page, first, second, int(rng.integers(0, 256)), fill)
    return page


def shapes(side: int, rng: np.random.Generator) -> Gray:
    """A heap of overlapping textured shapes, whose statistics are near those of photographs.

    Source: the dead leaves model, e.g. Lee, Mumford and Huang 2001, Int. J. Computer Vision 41.
    """
    page = np.full((side, side), rng.uniform(0, 255), np.float32)
    texture = 0.5 * (noise(side, rng).astype(np.float32) - 128)
    for _ in range(int(rng.integers(15, 160))):
        mask = _leaf(side, rng)
        tone, slope = rng.uniform(0, 255), rng.uniform(-0.5, 0.5)
        shaded = texture * np.float32(rng.uniform(0, 1)) + np.float32(tone)
        shaded += (np.arange(side, dtype=np.float32) * np.float32(slope))[:, np.newaxis]
        cv2.copyTo(shaded, mask, page)
    return _gray(np.asarray(cv2.GaussianBlur(page, (0, 0), float(rng.uniform(0.4, 1.5)))))


def dark(side: int, rng: np.random.Generator) -> Gray:
    """A probe in the air or no signal: black but for a bright edge, writing or faint noise."""
    page = np.abs(rng.uniform(0, 6) * rng.standard_normal((side, side)))
    if rng.random() < 0.6:
        rows = np.arange(side)[:, np.newaxis] - rng.uniform(0, side / 4)
        page = page + rng.uniform(40, 255) * np.exp(-np.abs(rows) / rng.uniform(2, 18))
    drawn = _gray(page)
    for _ in range(int(rng.integers(0, 8))):
        at = (int(rng.integers(0, side)), int(rng.integers(0, side)))
        _write(drawn, rng, at, int(rng.integers(80, 256)), 0.4)
    return drawn


def _leaf(side: int, rng: np.random.Generator) -> Gray:
    """Mask of an ellipse or a slanting box, small and large ones alike on a scale of logarithms."""
    size_px = float(np.exp(rng.uniform(np.log(4), np.log(side / 2))))
    mask = np.zeros((side, side), np.uint8)
    centre = (float(rng.uniform(0, side)), float(rng.uniform(0, side)))
    box = (centre, (2 * size_px, 2 * size_px * float(rng.uniform(0.3, 1))), rng.uniform(0, 180))
    if rng.random() < 0.5:
        return np.asarray(cv2.ellipse(mask, box, 255, -1), np.uint8)
    corners = np.rint(cv2.boxPoints(box)).astype(np.int32)
    return np.asarray(cv2.fillConvexPoly(mask, corners, 255), np.uint8)


def _ramp(side: int, turn: float) -> Floats:
    """Distance along a direction from the middle, px, (side, side)."""
    place = np.arange(side, dtype=np.float32) - side / 2
    return place * np.float32(np.cos(turn)) + place[:, np.newaxis] * np.float32(np.sin(turn))


def _write(
    page: Gray, rng: np.random.Generator, at: tuple[int, int], ink: int, size: float
) -> None:
    text = "".join(rng.choice(list(LETTERS), int(rng.integers(3, 40))))
    cv2.putText(page, text, at, cv2.FONT_HERSHEY_SIMPLEX, size, ink, 1, cv2.LINE_AA)


def _gray(levels: Floats) -> Gray:
    return np.clip(np.rint(levels), 0, 255).astype(np.uint8)
