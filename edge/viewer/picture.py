"""A frame as the page draws it: JPEG, and where the network's window and the fan lie in it."""

import json
import struct
from dataclasses import dataclass

import cv2
import numpy as np

from edge.client import Overlay
from edge.contract.crop import Gray
from edge.contract.messages import FrameHeader
from edge.viewer.outline import Polygon

JPEG_QUALITY = 82
"""Speckle survives; a 1024 x 768 frame takes about 80 kB."""


@dataclass(frozen=True)
class PictureSettings:
    """`fps`: at most so many pictures a second; `side_px`: longest side that is sent."""

    fps: float = 30.0
    side_px: int = 1024


def encode(
    gray: Gray,
    header: FrameHeader,
    overlay: Overlay | None,
    outline: Polygon,
    side_px: int,
) -> bytes:
    """A picture for the page.

    Args:
        gray: (height, width) uint8.
        header: of the frame.
        overlay: where the daemon last looked; what it says of other pictures is left out.
        outline: of the scanned area, drawn unless the daemon has found it.
        side_px: longest side of the JPEG.

    Returns:
        Big-endian uint32 length of a JSON header, the header, the JPEG.
    """
    if overlay is not None and _geometry(overlay) != _geometry(header):
        overlay = None
    said = {
        "seq": str(header.seq),
        "exam": header.exam,
        "view": header.view,
        "width": header.width,
        "height": header.height,
        "spacing_mm": header.spacing_mm,
        "window": None if overlay is None else _shares(overlay.window_px, header),
        "outline": _corners(overlay, header) or outline,
    }
    text = json.dumps(said, separators=(",", ":")).encode()
    return struct.pack(">I", len(text)) + text + _jpeg(gray, side_px)


def _geometry(said: FrameHeader | Overlay) -> tuple[str, int, int]:
    return said.exam, said.width, said.height


def _shares(px: tuple[float, ...], header: FrameHeader) -> list[float]:
    """Positions x, y, x, y… as shares of the frame's sides."""
    sides = (header.width, header.height)
    return [at / sides[number % 2] for number, at in enumerate(px)]


def _corners(overlay: Overlay | None, header: FrameHeader) -> Polygon:
    corners = overlay.fan_px if overlay is not None else ()
    return [(x / header.width, y / header.height) for x, y in corners]


def _jpeg(gray: Gray, side_px: int) -> bytes:
    longest = max(gray.shape)
    if longest > side_px:
        size = tuple(max(1, round(side * side_px / longest)) for side in gray.shape[::-1])
        gray = np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA), np.uint8)
    _, data = cv2.imencode(".jpg", gray, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return data.tobytes()
