"""Public keys of CURVE, written in Z85 (ZeroMQ RFC 32)."""

import struct

from zmq.utils import z85

KEY_BYTES = 32


def is_public_key(text: str) -> bool:
    """Whether `text` is 40 characters of Z85 that stand for 32 bytes."""
    try:
        return len(text) == 40 and len(z85.decode(text)) == KEY_BYTES
    except (ValueError, KeyError, UnicodeError, struct.error):
        return False
