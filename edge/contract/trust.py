"""Whose bundles may run: the one that comes with the package, and those of listed keys."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple

from edge.contract.bundle_error import BundleError
from edge.contract.manifest import Manifest
from edge.contract.pinned import BUILTIN_SHA256
from edge.contract.signature import Signature, SignatureError, parse, verify

Origin = Literal["builtin", "signed", "unsigned"]
"""`unsigned`: nobody whom the settings trust vouches for it, signed or not."""

UNSIGNED_FLAG = "unsigned_model"
"""Flag in every message of a model that nobody trusted vouches for."""


@dataclass(frozen=True)
class Trust:
    """What a bundle must prove before it is used."""

    keys: frozenset[str] = frozenset()
    """Public keys whose signature is trusted: 64 hexadecimal digits each."""
    allow_unsigned: bool = False
    """Take also a bundle that nobody trusted has signed."""
    serials: Mapping[str, int] = field(default_factory=dict)
    """Highest `serial` of each bundle's name that was run before; older ones are refused."""
    today: date | None = None
    """Day on which a bundle must not have expired (UTC); None: expiry is not looked at."""


ANYONE = Trust(allow_unsigned=True)
"""For tools that make, inspect and time bundles. What reads patients' frames has a stricter one."""


class Seal(NamedTuple):
    """Who vouches for a manifest; `key`: whoever signed it rightly, trusted or not."""

    origin: Origin
    key: str | None = None


def judge(manifest: bytes, signature: bytes | None, trust: Trust) -> Seal:
    """Who vouches for a manifest's bytes, before anything in them is looked at.

    A signature that is there must be right, whoever gave it, even where none is needed.

    Args:
        manifest: bytes of the manifest's file.
        signature: bytes of the signature's file; None: there is none.

    Raises:
        BundleError: nobody trusted does, or the signature is wrong.
    """
    pinned = hashlib.sha256(manifest).hexdigest() == BUILTIN_SHA256
    if signature is None:
        if not (pinned or trust.allow_unsigned):
            raise BundleError(f"the bundle is not signed; {_REMEDY}", "unsigned")
        return Seal("builtin" if pinned else "unsigned")
    try:
        signed = parse(signature)
        listed = signed.key in trust.keys
        if not (pinned or listed or trust.allow_unsigned):
            raise BundleError(_stranger(signed), "untrusted_key")
        verify(signed, manifest)
    except SignatureError as error:
        raise BundleError(
            f"the manifest's signature is wrong: {error}; the bundle was changed after it was "
            "signed, so fetch it anew from whoever made it",
            "bad_signature",
        ) from error
    if pinned:
        return Seal("builtin", signed.key)
    return Seal("signed" if listed else "unsigned", signed.key)


def check_age(manifest: Manifest, origin: Origin, trust: Trust) -> None:
    """Refuse what has expired, and what is older than what its maker's bundle was before.

    The serial of an unsigned bundle proves nothing, so it is not held against any.

    Raises:
        BundleError: it is too old.
    """
    if trust.today and manifest.expires and trust.today > manifest.expires:
        raise BundleError(
            f"the bundle expired on {manifest.expires}; get a newer one, or set the clock right",
            "expired",
        )
    newest = trust.serials.get(manifest.name, 0)
    if origin == "signed" and manifest.serial < newest:
        raise BundleError(
            f"bundle {manifest.name!r} has serial {manifest.serial}, but {newest} has run here "
            "before: an older version is refused, as someone might bring back its faults; "
            "use a newer one, or let its maker sign the old one anew under a higher serial",
            "rolled_back",
        )


_REMEDY = (
    "let its maker sign it (`python -m export sign`) and list the key in trusted_keys, or set "
    "allow_unsigned = true, which every message then tells"
)


def _stranger(signed: Signature) -> str:
    return (
        f"the bundle is signed by key {signed.key}, which trusted_keys does not list; list it once "
        "its owner has told you that it is theirs, or set allow_unsigned = true, which every "
        "message then tells"
    )
