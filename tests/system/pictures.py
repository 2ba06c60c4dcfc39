"""Pictures of 64 x 64 px: good ones, and bombs and liars under the same header."""

import struct
import zlib

import cv2
import numpy as np

SIDE_PX = 64
SECRET = b"CANARY-profile"
"""A name inside a picture, such as a colour profile carries; no log may show it."""

_GRAY = np.full((SIDE_PX, SIDE_PX), 80, np.uint8)
GOOD_JPEG: bytes = cv2.imencode(".jpg", _GRAY)[1].tobytes()
GOOD_PNG: bytes = cv2.imencode(".png", _GRAY)[1].tobytes()

GOOD = {("jpeg", GOOD_JPEG), ("png", GOOD_PNG)}


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _size(side_px: int) -> bytes:
    return _chunk(b"IHDR", struct.pack(">IIBBBBB", side_px, side_px, 8, 0, 0, 0, 0))


def png(side_px: int = SIDE_PX, *, before: bytes = b"", pixels: bytes | None = None) -> bytes:
    """A black gray8 PNG. `before`: chunks ahead of the pixels; `pixels`: as they stand inside."""
    inside = zlib.compress(bytes((side_px + 1) * side_px)) if pixels is None else pixels
    head = b"\x89PNG\r\n\x1a\n" + _size(side_px)
    return head + before + _chunk(b"IDAT", inside) + _chunk(b"IEND", b"")


def _jpeg_of_size(side_px: int) -> bytes:
    """The good JPEG, claiming another size in its start-of-frame segment."""
    at = GOOD_JPEG.index(b"\xff\xc0") + 5
    return GOOD_JPEG[:at] + struct.pack(">HH", side_px, side_px) + GOOD_JPEG[at + 4 :]


def _jpeg_with_second_size() -> bytes:
    at = GOOD_JPEG.index(b"\xff\xc0")
    return GOOD_JPEG[:at] + GOOD_JPEG[at : at + 13] + _jpeg_of_size(30000)[at:]


_SWOLLEN = zlib.compress(bytes(20_000_000), 9)

BAD_PNGS = {
    "declares 30000 x 30000": png(30000, pixels=b""),
    "declares 30000 x 30000 and holds 20 MB": png(30000, pixels=_SWOLLEN),
    "declares 2^31 - 1": png(2**31 - 1, pixels=b""),
    "declares a second size": png(before=_size(30000)),
    "holds no picture": png(pixels=b""),
    "holds noise": png(pixels=bytes(range(256))),
    "is cut short": GOOD_PNG[: len(GOOD_PNG) // 2],
    "is a header alone": GOOD_PNG[:33],
    "is a signature alone": GOOD_PNG[:8],
    "has a wrong check sum": GOOD_PNG[:-16] + b"\0\0\0\0" + GOOD_PNG[-12:],
    "has an unknown critical chunk": GOOD_PNG.replace(b"IDAT", b"IDAU"),
    "is a JPEG": GOOD_JPEG,
    "is one byte": b"\x89",
}

BAD_JPEGS = {
    "declares 30000 x 30000": _jpeg_of_size(30000),
    "declares 65 x 65": _jpeg_of_size(65),
    "declares a second size": _jpeg_with_second_size(),
    "is cut short": GOOD_JPEG[: len(GOOD_JPEG) // 2],
    "is a start alone": b"\xff\xd8",
    "never ends its segments": b"\xff\xd8" + b"\xff\xe0\x00\x02" * 1000,
    "is filled with markers": b"\xff" * 3000,
    "is a PNG": GOOD_PNG,
    "is one byte": b"\xff",
}

TALKATIVE_PNG = png(before=_chunk(b"iCCP", SECRET + b"\0\0" + zlib.compress(bytes(100_000))))
"""A good picture that makes its decoder complain and say the name of its colour profile."""
