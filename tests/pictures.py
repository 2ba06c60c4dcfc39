"""Pictures for tests of the gate: a good one, and one of each kind that must not be read."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from bench import fan

Image = NDArray[np.uint8]

SIDE_PX = 360

_GOOD = fan.draw(8, SIDE_PX, SIDE_PX)
_ROWS, _COLUMNS = np.mgrid[:SIDE_PX, :SIDE_PX]
_INSIDE = _GOOD[0] > 0
_NEAR = (np.hypot(_COLUMNS - SIDE_PX / 2, _ROWS + 36) < 80) & _INSIDE


def drawn(number: int) -> Image:
    """Speckle in a sector, (360, 360) uint8; no two numbers give the same."""
    image = _GOOD[number % len(_GOOD)].copy()
    _mark(image, number)
    return image


def black(number: int) -> Image:
    """A screen without a picture: what a capture card makes of black."""
    return np.random.default_rng(number).integers(0, 12, (SIDE_PX, SIDE_PX), np.uint8)


def black_with_text(number: int) -> Image:
    """A black screen with a line of text."""
    image = black(number)
    image[20:32, 10:80:2] = 220
    return image


def saturated(number: int) -> Image:
    """A sector that is white, but for a part that the number chooses."""
    image = np.where(_INSIDE, 255, 0).astype(np.uint8)
    image[300 - number % 100 :] //= 2
    _mark(image, number)
    return image


def no_contact(number: int) -> Image:
    """The near field alone, and receiver noise below it."""
    rng = np.random.default_rng(number)
    noise = rng.integers(0, 20, (SIDE_PX, SIDE_PX), np.uint8)
    return np.where(_NEAR, drawn(number), np.where(_INSIDE, noise, 0)).astype(np.uint8)


def half_contact(number: int) -> Image:
    """One half of the lines comes back dark."""
    image = drawn(number)
    half = slice(0, SIDE_PX // 2) if number % 2 else slice(SIDE_PX // 2, SIDE_PX)
    image[80:, half] //= 16
    return image


BAD: dict[str, tuple[Callable[[int], Image], str]] = {
    "black": (black, "black"),
    "black with text": (black_with_text, "black"),
    "saturated": (saturated, "saturated"),
    "no contact": (no_contact, "no_contact"),
    "half contact": (half_contact, "no_contact"),
}
"""Maker of each kind of bad picture, and the reason that the gate must give."""


def _mark(image: Image, number: int) -> None:
    """Give the picture something that no other number has."""
    place = 2 * (number % 10_000)
    row, column = divmod(place, 120)
    image[100 + row, 120 + column] ^= 1
