"""A frame as the page draws it: JPEG, and where the network's window and the fan lie in it."""

import json
import struct
from dataclasses import dataclass

import cv2
import numpy as np

from edge.contract.crop import CropSpec, Gray
from edge.contract.messages import FrameHeader
from edge.viewer.outline import Polygon

JPEG_QUALITY = 82
"""Speckle survives; a 1024 x 768 frame takes about 80 kB."""


@dataclass(frozen=True)
class PictureSettings:
    """`fps`: at most so many pictures a second; `side_px`: longest side that is sent."""

    fps: float = 30.0
    side_px: int = 1024


def window(spec: CropSpec, header: FrameHeader) -> tuple[float, float, float, float]:
    """The network's window in the frame: left, top, right, bottom as shares of its sides.

    It may reach beyond the frame, where the network sees black.
    """
    rows_mm, columns_mm = header.spacing_mm or (None, None)
    width = _side_px(spec, columns_mm) / header.width
    height = _side_px(spec, rows_mm) / header.height
    return (1 - width) / 2, (1 - height) / 2, (1 + width) / 2, (1 + height) / 2


def _side_px(spec: CropSpec, spacing_mm: float | None) -> float:
    if spec.mm_per_px is None or spacing_mm is None:
        return float(spec.size)
    return spec.size * spec.mm_per_px / spacing_mm


def encode(
    gray: Gray,
    header: FrameHeader,
    spec: CropSpec,
    outline: Polygon,
    side_px: int,
) -> bytes:
    """A picture for the page.

    Returns:
        Big-endian uint32 length of a JSON header, the header, the JPEG.
    """
    said = {
        "seq": str(header.seq),
        "exam": header.exam,
        "view": header.view,
        "width": header.width,
        "height": header.height,
        "spacing_mm": header.spacing_mm,
        "window": window(spec, header),
        "outline": outline,
    }
    text = json.dumps(said, separators=(",", ":")).encode()
    return struct.pack(">I", len(text)) + text + _jpeg(gray, side_px)


def _jpeg(gray: Gray, side_px: int) -> bytes:
    longest = max(gray.shape)
    if longest > side_px:
        size = tuple(max(1, round(side * side_px / longest)) for side in gray.shape[::-1])
        gray = np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA), np.uint8)
    _, data = cv2.imencode(".jpg", gray, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return data.tobytes()
