"""The image that a scanner bridge sends, checked before it leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CHANNELS = {"gray8": 1, "rgb8": 3, "bgr8": 3, "rgba8": 4}
"""Bytes a pixel of the raw formats (docs/protocol.md)."""

COMPRESSED = ("jpeg", "png")

SIDE_PX = (16, 4096)


@dataclass(frozen=True, slots=True)
class Image:
    """A frame's pixels part and what the header says of it."""

    data: bytes | memoryview
    format: str
    width: int
    height: int


def from_array(pixels: NDArray[np.uint8], image_format: str | None = None) -> Image:
    """A raw image.

    Args:
        pixels: uint8, (height, width) gray, or (height, width, 3 or 4) with `image_format`. It is
            copied where it is not C-contiguous, and must not change afterwards.
        image_format: `gray8`, `rgb8`, `bgr8` or `rgba8`; may be left out for gray.

    Raises:
        ValueError: the array is no such image.
    """
    import numpy as np  # not at the top: most of those who import the library only view

    if pixels.dtype != np.uint8 or pixels.ndim not in (2, 3):
        raise ValueError(
            f"pixels: {pixels.dtype} {pixels.shape}: expected uint8 (height, width) or "
            "(height, width, channels)"
        )
    name = image_format or ("gray8" if pixels.ndim == 2 else "")
    channels = pixels.shape[2] if pixels.ndim == 3 else 1
    if CHANNELS.get(name) != channels:
        raise ValueError(
            f"image_format: {image_format!r} does not fit {channels} channels; "
            f"one of {', '.join(CHANNELS)}"
        )
    height, width = pixels.shape[:2]
    return _checked(Image(np.ascontiguousarray(pixels).data.cast("B"), name, width, height))


def from_bytes(data: bytes, image_format: str, width: int, height: int) -> Image:
    """A JPEG, a PNG or raw pixels as bytes; ValueError where they cannot be what is said."""
    channels = CHANNELS.get(image_format)
    if channels is None and image_format not in COMPRESSED:
        allowed = ", ".join((*CHANNELS, *COMPRESSED))
        raise ValueError(f"image_format: {image_format!r}; one of {allowed}")
    if channels is not None and len(data) != width * height * channels:
        raise ValueError(
            f"data: {len(data)} bytes; {image_format} of {width} x {height} px has "
            f"{width * height * channels}"
        )
    if not data:
        raise ValueError("data: is empty")
    return _checked(Image(data, image_format, width, height))


def _checked(image: Image) -> Image:
    low, high = SIDE_PX
    for name, side in (("width", image.width), ("height", image.height)):
        if not low <= side <= high:
            raise ValueError(f"{name}: {side} px; allowed: {low} to {high}")
    return image
