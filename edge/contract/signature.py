"""Signature of a bundle: Ed25519 (RFC 8032) over the bytes of its manifest.

The signature's file is one line, `ed25519 KEY SIGNATURE`, in lower-case hexadecimal digits: the
32 bytes of the public key and the 64 of the signature. It is read to the letter, so that there is
one way only to write a signature.
"""

import re
from typing import NamedTuple

SIGNATURE_NAME = "manifest.sig"
MAX_SIGNATURE_BYTES = 256

_LINE = re.compile(rb"ed25519 ([0-9a-f]{64}) ([0-9a-f]{128})\n")


class SignatureError(ValueError):
    """A signature that cannot be read, or is not one of these bytes."""


class Signature(NamedTuple):
    """Who signed (public key, 64 hexadecimal digits), and the signature's 64 bytes."""

    key: str
    value: bytes

    def line(self) -> bytes:
        """The signature as its file holds it."""
        return f"ed25519 {self.key} {self.value.hex()}\n".encode()


def parse(line: bytes) -> Signature:
    """Signature from its file's bytes; SignatureError where they are not one, to the letter."""
    found = _LINE.fullmatch(line)
    if found is None:
        raise SignatureError("not a line `ed25519 KEY SIGNATURE`")
    return Signature(found[1].decode(), bytes.fromhex(found[2].decode()))


def verify(signature: Signature, signed: bytes) -> None:
    """Check that the key's owner signed these bytes; SignatureError where that is not so."""
    # Needed for signed bundles alone: importing it costs 30 ms and 9 MB.
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(signature.key))
        key.verify(signature.value, signed)
    except (InvalidSignature, ValueError) as error:
        raise SignatureError(f"not a signature of these bytes by key {signature.key}") from error
