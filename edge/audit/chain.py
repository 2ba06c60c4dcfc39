"""One record as a line of JSON that is sealed by a keyed hash over it and all before it.

Keyed (HMAC-SHA256, RFC 2104), so that whoever edits a line without the key cannot seal it again.
"""

import hashlib
import hmac
import re
from typing import Any, NamedTuple

import msgspec

from edge.audit.events import Value

NO_MAC = "0" * 64
"""What the first record follows."""

KEY_BYTES = 32
MAX_TEXT = 256
"""Longest text of a field."""

_SEALED = re.compile(rb'(?P<body>\{.*),"mac":"(?P<mac>[0-9a-f]{64})"\}', re.DOTALL)


class Sealed(NamedTuple):
    """A line taken apart: the record's bytes without the seal, and the seal."""

    body: bytes
    mac: str


def line_of(key: bytes, before: str, fields: dict[str, Value]) -> tuple[bytes, str]:
    """(line with its seal and a line feed, the seal). `before`: seal of the record before."""
    body = msgspec.json.encode({name: _short(value) for name, value in fields.items()})
    mac = seal(key, before, body)
    return body[:-1] + f',"mac":"{mac}"}}\n'.encode(), mac


def take_apart(line: bytes) -> Sealed | None:
    """The parts of a line without its line feed; None where it is none of ours."""
    found = _SEALED.fullmatch(line)
    return Sealed(found["body"] + b"}", found["mac"].decode()) if found else None


def seal(key: bytes, before: str, body: bytes) -> str:
    """Hexadecimal HMAC over the seal before and these bytes."""
    return hmac.new(key, before.encode() + body, hashlib.sha256).hexdigest()


def follows(key: bytes, before: str, sealed: Sealed) -> bool:
    """Whether a record is as it was written, right after the one sealed `before`."""
    return hmac.compare_digest(seal(key, before, sealed.body), sealed.mac)


def fields_of(sealed: Sealed) -> dict[str, Any]:
    """The record; empty where it is no JSON object."""
    try:
        return msgspec.json.decode(sealed.body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return {}


def _short(value: Value) -> Value:
    return value[:MAX_TEXT] if isinstance(value, str) else value
