"""Pictures for tests of the gate: a good one, and one of each kind that must not be read."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from tests import speckle

Image = NDArray[np.uint8]

Make = Callable[[int], Image]

SIDE_PX = 360

_GOOD = speckle.draw(8, SIDE_PX, SIDE_PX)
_NOISE = np.random.default_rng(5).integers(0, 20, (SIDE_PX + 32, SIDE_PX + 32), np.uint8)
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
    return _noise(number) // 2


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
    image = np.where(_NEAR, drawn(number), _noise(number) * _INSIDE)
    return np.asarray(image, np.uint8)


def half_contact(number: int) -> Image:
    """One half of the lines comes back dark below the near field."""
    image = drawn(number)
    half = _COLUMNS < SIDE_PX // 2 if number % 2 else _COLUMNS >= SIDE_PX // 2
    image[half & ~_NEAR] //= 16
    return image


BAD: dict[str, tuple[Make, str]] = {
    "black": (black, "black"),
    "black with text": (black_with_text, "black"),
    "saturated": (saturated, "saturated"),
    "no contact": (no_contact, "no_contact"),
    "half contact": (half_contact, "no_contact"),
}
"""Maker of each kind of bad picture, and the reason that the gate must give."""


def _noise(number: int) -> Image:
    """Faint noise, gray 0-19, another for each number but for one in a thousand."""
    row, column = divmod(number % 1024, 32)
    return _NOISE[row : row + SIDE_PX, column : column + SIDE_PX]


def _mark(image: Image, number: int) -> None:
    """Give the picture something that no other number has."""
    place = 2 * (number % 10_000)
    row, column = divmod(place, 120)
    image[100 + row, 120 + column] ^= 1
