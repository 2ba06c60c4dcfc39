"""The wire format of Protocol Buffers, read strictly: what is unusual is refused, not guessed at.

See https://protobuf.dev/programming-guides/encoding. Groups, over-long integers and lengths beyond
the end are refused, though a lenient reader may take them.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

VARINT: Literal[0] = 0
FIXED64: Literal[1] = 1
LENGTH: Literal[2] = 2
FIXED32: Literal[5] = 5

_FIXED_BYTES = {FIXED64: 8, FIXED32: 4}


class WireError(ValueError):
    """Bytes that are not strict Protocol Buffers."""


class Field(NamedTuple):
    """One field. `value`: an unsigned integer for VARINT, else its bytes."""

    number: int
    wire: int
    value: int | memoryview


def fields(data: memoryview) -> Iterator[Field]:
    """Fields of one message, in their order; WireError at the first that cannot be read."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, wire = key >> 3, key & 7
        if not 1 <= number < 2**29:
            raise WireError(f"field number {number} at byte {at}")
        if wire == VARINT:
            value, at = _varint(data, at)
            yield Field(number, wire, value)
        else:
            if wire == LENGTH:
                length, at = _varint(data, at)
            elif wire in _FIXED_BYTES:
                length = _FIXED_BYTES[wire]
            else:
                raise WireError(f"wire type {wire} at byte {at}")
            if length > len(data) - at:
                raise WireError(f"field {number} ends beyond its message, at byte {at}")
            yield Field(number, wire, data[at : at + length])
            at += length


def varints(data: memoryview) -> Iterator[int]:
    """Integers of a packed field."""
    at = 0
    while at < len(data):
        value, at = _varint(data, at)
        yield value


def signed(value: int) -> int:
    """A 64-bit two's complement integer from its unsigned form."""
    return value - 2**64 if value >= 2**63 else value


def _varint(data: memoryview, at: int) -> tuple[int, int]:
    """Unsigned integer below 2^64 at a position, and the position behind it."""
    value = 0
    for i, byte in enumerate(data[at : at + 10]):
        value |= (byte & 0x7F) << (7 * i)
        if byte < 0x80:
            if value >= 2**64 or (byte == 0 and i > 0):
                raise WireError(f"an over-long integer at byte {at}")
            return value, at + i + 1
    raise WireError(f"an integer without end at byte {at}")
