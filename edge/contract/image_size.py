"""The size that a JPEG or PNG declares, read before any decoder allocates memory for it."""

import struct

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"

# Start-of-frame markers of ITU T.81 table B.1: C0-CF without DHT (C4), JPG (C8) and DAC (CC).
_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_STANDALONE = frozenset({0x01, *range(0xD0, 0xD9)})


def png_size(data: bytes) -> tuple[int, int] | None:
    """(width, height) px from the IHDR chunk, or None where there is none."""
    if len(data) < 24 or data[:8] != PNG_SIGNATURE or data[12:16] != b"IHDR":
        return None
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def jpeg_size(data: bytes) -> tuple[int, int] | None:
    """(width, height) px from the first start-of-frame segment, or None where there is none."""
    if data[:2] != b"\xff\xd8":
        return None
    at = 2
    while at + 9 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker in _START_OF_FRAME:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return width, height
        at = _next_segment(data, at, marker)
    return None


def _next_segment(data: bytes, at: int, marker: int) -> int:
    """Offset of the segment after the one at `at`; a fill byte or bare marker has no length."""
    if marker == 0xFF:
        return at + 1
    if marker in _STANDALONE:
        return at + 2
    return at + 2 + max(2, int.from_bytes(data[at + 2 : at + 4], "big"))
