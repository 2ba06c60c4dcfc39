"""Ed25519 keys of a bundle's maker, and signatures by them.

A private key is a PEM file (PKCS #8, RFC 5958), as OpenSSL writes and reads it; its mode is 0600.
"""

import os
import stat
from pathlib import Path

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge.contract.bundle import Bundle, BundleError, read_bundle
from edge.contract.manifest import MANIFEST_NAME
from edge.contract.signature import SIGNATURE_NAME, Signature
from edge.contract.trust import Trust

MAX_KEY_BYTES = 8192


class KeyFileError(ValueError):
    """A key file that cannot be made, read or trusted; names the file and the remedy."""


def default_key_path() -> Path:
    """`signing-key.pem` in the user's settings folder (XDG Base Directory Specification 0.8)."""
    home = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(home) / "steatoscope" / "signing-key.pem"


def new_key(path: Path, *, in_repository: bool = False) -> str:
    """Make a key pair, write the private key for its owner's eyes alone, and give the public key.

    Raises:
        KeyFileError: the file is there already, cannot be written, or would lie in a repository.
    """
    if not in_repository and (repository := _repository(path)):
        raise KeyFileError(
            f"{path}: lies in the repository {repository}, from where a private key is easily "
            "published; name a file elsewhere, or insist with --in-repository"
        )
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise KeyFileError(f"{path}: is there already and stays as it is; name another") from error
    except OSError as error:
        raise KeyFileError(f"{path}: cannot be written: {error.strerror}") from error
    with os.fdopen(descriptor, "wb") as file:
        file.write(pem)
    return public_key(key)


def read_key(path: Path) -> Ed25519PrivateKey:
    """Private key from its file.

    Raises:
        KeyFileError: it cannot be read, others than its owner can read it, or it is no such key.
    """
    try:
        mode = path.stat().st_mode
        pem = path.read_bytes()[:MAX_KEY_BYTES]
    except OSError as error:
        raise KeyFileError(
            f"{path}: {error.strerror}; `python -m export keys new` makes a key"
        ) from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise KeyFileError(
            f"{path}: mode {stat.S_IMODE(mode):04o} lets others at the private key; if nobody has "
            f"had it, `chmod 600 {path}`"
        )
    try:
        key = serialization.load_pem_private_key(pem, None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise KeyFileError(f"{path}: not an unencrypted private key in PEM ({error})") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise KeyFileError(f"{path}: a key, but not one of Ed25519; `python -m export keys new`")
    return key


def public_key(key: Ed25519PrivateKey) -> str:
    """The public key as `trusted_keys` takes it: 64 hexadecimal digits."""
    return key.public_key().public_bytes_raw().hex()


def sign(folder: Path, key: Ed25519PrivateKey) -> Bundle:
    """Verify a bundle, sign its manifest's bytes, and read it back under this key alone.

    Raises:
        BundleError: it is no bundle, is damaged, or cannot be written into.
    """
    path = folder / SIGNATURE_NAME
    try:
        path.unlink(missing_ok=True)
        read_bundle(folder)
        signed = (folder / MANIFEST_NAME).read_bytes()
        signature = Signature(public_key(key), key.sign(signed))
        path.write_bytes(signature.line())
    except OSError as error:
        raise BundleError(f"{path}: cannot be written: {error.strerror}", "unreadable") from error
    return read_bundle(folder, Trust(frozenset({signature.key})))


def _repository(path: Path) -> Path | None:
    """The folder above `path` that holds a `.git`, if any."""
    return next((up for up in path.absolute().parents if (up / ".git").exists()), None)
