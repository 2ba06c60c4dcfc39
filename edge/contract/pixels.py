"""The pixels part of a frame message, turned into gray."""

from typing import Literal

import cv2
import numpy as np

from edge.contract.crop import Gray
from edge.contract.image_size import jpeg_size, png_size

Format = Literal["gray8", "rgb8", "bgr8", "rgba8", "jpeg", "png"]
Buffer = bytes | memoryview

CHANNELS: dict[str, int] = {"gray8": 1, "rgb8": 3, "bgr8": 3, "rgba8": 4}
"""Bytes a pixel of the raw formats."""

_TO_GRAY = {
    "rgb8": cv2.COLOR_RGB2GRAY,
    "bgr8": cv2.COLOR_BGR2GRAY,
    "rgba8": cv2.COLOR_RGBA2GRAY,
}


class PixelError(ValueError):
    """The pixels do not match their header; the text holds nothing that the peer sent."""


def check_length(byte_count: int, image_format: str, width: int, height: int) -> None:
    """Raise PixelError unless a raw pixels part has exactly height x width x channels bytes."""
    channels = CHANNELS.get(image_format)
    if channels is not None and byte_count != width * height * channels:
        raise PixelError("the pixels part is not height x width x channels bytes")
    if byte_count == 0:
        raise PixelError("the pixels part is empty")


def decode(data: Buffer, image_format: Format, width: int, height: int) -> Gray:
    """Turn a pixels part into (height, width) uint8 luma.

    Colour is reduced with ITU-R BT.601 weights (0.299 R + 0.587 G + 0.114 B), as OpenCV does;
    a colour JPEG gives its own luma plane, which has the same weights.

    Raises:
        PixelError: the bytes do not hold an image of that format and size.
    """
    check_length(len(data), image_format, width, height)
    if image_format in CHANNELS:
        return _raw(data, image_format, width, height)
    return _compressed(data, image_format, width, height)


def _raw(data: Buffer, image_format: str, width: int, height: int) -> Gray:
    flat = np.frombuffer(data, np.uint8)
    if image_format == "gray8":
        return flat.reshape(height, width)
    image = flat.reshape(height, width, CHANNELS[image_format])
    return np.asarray(cv2.cvtColor(image, _TO_GRAY[image_format]), np.uint8)


def _compressed(data: Buffer, image_format: str, width: int, height: int) -> Gray:
    raw = bytes(data)
    declared = jpeg_size(raw) if image_format == "jpeg" else png_size(raw)
    # Before decoding: the decoder allocates what the image claims, not what the header says.
    if declared != (width, height):
        raise PixelError(f"the {image_format} is broken or not of the header's size")
    mode = cv2.IMREAD_GRAYSCALE if image_format == "jpeg" else cv2.IMREAD_COLOR
    try:
        image = cv2.imdecode(np.frombuffer(raw, np.uint8), mode | cv2.IMREAD_IGNORE_ORIENTATION)
    except cv2.error:
        image = None
    if image is None or image.shape[:2] != (height, width):
        raise PixelError(f"the {image_format} cannot be decoded")
    if image.ndim == 3:
        image = cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)
    return np.asarray(image, np.uint8)
