"""Bytes to typed messages and back, under the limits of the protocol.

msgpack reads the bytes, because it can be told every limit; msgspec checks the types.
"""

import math
from typing import Any, TypeVar

import msgpack
import msgspec

from edge.contract.messages import Estimate, Event, FrameHeader, Reading, Status

MAX_HEADER_BYTES = 4096
MAX_ENTRIES = 32
MAX_LEVELS = 2
MAX_ESTIMATE_BYTES = 65536

_FRAME_HEADERS = msgspec.msgpack.Decoder(FrameHeader)

Message = TypeVar("Message", bound=msgspec.Struct)
Bytes = bytes | memoryview


class RefusedError(ValueError):
    """A message that breaks the protocol; the text never holds what the peer sent."""

    def __init__(self, reason: str, fields: dict[str, Any] | None = None) -> None:
        """`fields`: what could be read of the header, where it was a map within the limits."""
        super().__init__(reason)
        self.fields = fields or {}


def encode(message: msgspec.Struct) -> bytes:
    """MessagePack map of a message, its fields in the order of their class."""
    return msgspec.msgpack.encode(message)


def decode_frame(data: Bytes) -> FrameHeader:
    """Frame header from bytes; RefusedError where it breaks the protocol."""
    return _as_we_write_it(data) or _typed(_fields(data), FrameHeader)


def decode_event(data: Bytes) -> Event:
    """Event from bytes; RefusedError where it breaks the protocol."""
    return _typed(_fields(data), Event)


def decode_estimate(data: Bytes) -> Estimate:
    """Estimate as a viewer reads it; RefusedError where it breaks the protocol."""
    return _from_daemon(data, Estimate)


def decode_reading(data: Bytes) -> Reading:
    """Reading as a viewer reads it; RefusedError where it breaks the protocol."""
    return _from_daemon(data, Reading)


def decode_status(data: Bytes) -> Status:
    """Status as a viewer reads it; RefusedError where it breaks the protocol."""
    return _from_daemon(data, Status)


def _from_daemon(data: Bytes, kind: type[Message]) -> Message:
    # The daemon's own messages nest one level deeper and come over an authenticated link.
    if len(data) > MAX_ESTIMATE_BYTES:
        raise RefusedError("the message is too long")
    try:
        return msgspec.msgpack.decode(data, type=kind)
    except (msgspec.DecodeError, RecursionError) as error:
        raise RefusedError(f"not a {kind.__name__}") from error


def _as_we_write_it(data: Bytes) -> FrameHeader | None:
    """The header where its bytes are those that `encode` makes of it, else None.

    Such bytes hold its fields once each, in order, and nothing else, so that a fifth of the time is
    enough to read them within all limits.
    """
    raw = bytes(data[: MAX_HEADER_BYTES + 1])
    try:
        header = _FRAME_HEADERS.decode(raw)
    except (msgspec.DecodeError, ValueError, RecursionError):  # ValueError: no UTF-8
        return None
    return header if len(raw) <= MAX_HEADER_BYTES and encode(header) == raw else None


def _typed(fields: dict[str, Any], kind: type[Message]) -> Message:
    try:
        return msgspec.convert(fields, kind, strict=True)
    except msgspec.ValidationError as error:
        # The validator's own text names the field and the rule, but may quote the value.
        raise RefusedError(f"a field of the {kind.__name__} is missing or wrong", fields) from error


def _fields(data: Bytes) -> dict[str, Any]:
    """The header map within every structural limit of the protocol."""
    if len(data) > MAX_HEADER_BYTES:
        raise RefusedError("the header is too long")
    try:
        fields = msgpack.unpackb(
            data,
            raw=False,
            strict_map_key=True,
            object_pairs_hook=_map,
            ext_hook=_no_ext,
            max_ext_len=0,
            max_bin_len=MAX_HEADER_BYTES,
            max_str_len=MAX_HEADER_BYTES,
            max_array_len=MAX_ENTRIES,
            max_map_len=MAX_ENTRIES,
        )
    except RefusedError:
        raise
    except (ValueError, msgpack.UnpackException, RecursionError) as error:
        raise RefusedError("the header is not MessagePack within the limits") from error
    if not isinstance(fields, dict):
        raise RefusedError("the header is not a map")
    _check_values(fields.values(), level=1)
    return fields


def _map(pairs: list[tuple[Any, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise RefusedError("a key comes twice")
    if not all(isinstance(key, str) for key in fields):
        raise RefusedError("a key is not text")
    return fields


def _no_ext(_code: int, _data: bytes) -> None:
    raise RefusedError("extension types are not part of the protocol")


def _check_values(values: Any, level: int) -> None:
    """Refuse NaN, infinity, timestamps and nesting beyond MAX_LEVELS."""
    for value in values:
        if isinstance(value, float) and not math.isfinite(value):
            raise RefusedError("a number is not finite")
        if isinstance(value, msgpack.Timestamp | msgpack.ExtType):
            raise RefusedError("extension types are not part of the protocol")
        if isinstance(value, list | dict):
            if level >= MAX_LEVELS:
                raise RefusedError("the header nests too deep")
            _check_values(value.values() if isinstance(value, dict) else value, level + 1)
