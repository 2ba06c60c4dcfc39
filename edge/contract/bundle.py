"""A model bundle: a folder whose manifest names the hash of every file in it.

Each file is read once; the bytes that were hashed are the bytes that are used.
"""

import hashlib
import stat
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import msgspec

from edge.contract.manifest import MANIFEST_NAME, Manifest
from edge.contract.variant import Precision

MAX_FILE_BYTES = 64 * 2**20
MAX_MANIFEST_BYTES = 2**20


class BundleError(ValueError):
    """A bundle that is not what its manifest says; names the file and what is wrong with it."""


@dataclass(frozen=True)
class Bundle:
    """A verified bundle in memory. `sha256`: of the manifest, hence of everything in it."""

    manifest: Manifest
    sha256: str
    files: dict[str, bytes]

    def model(self, view: str, precision: Precision = "fp32") -> bytes:
        """ONNX bytes of the model of "AR", "HR" or "AR+HR"; KeyError where there is none."""
        return self.files[self.manifest.variants[precision].models[view]]  # type: ignore[index]

    @property
    def golden(self) -> bytes:
        """Bytes of the golden frames with their expected outputs."""
        return self.files[self.manifest.golden]


def builtin_path() -> Path:
    """Folder of the bundle that comes with the package."""
    return Path(str(resources.files("edge") / "builtin"))


def read_bundle(path: Path) -> Bundle:
    """Read and verify a bundle folder.

    Raises:
        BundleError: it is missing, incomplete, changed, or holds something that is not listed.
    """
    if not path.is_dir():
        raise BundleError(f"{path}: no such bundle folder; `python -m export bundle` makes one")
    raw = _read(path / MANIFEST_NAME, MAX_MANIFEST_BYTES)
    try:
        manifest = msgspec.json.decode(raw, type=Manifest)
    except msgspec.DecodeError as error:
        raise BundleError(f"{path / MANIFEST_NAME}: {error}") from error
    _check_complete(path, manifest)
    files = {name: _verified(path / name, digest) for name, digest in manifest.files.items()}
    return Bundle(manifest, hashlib.sha256(raw).hexdigest(), files)


def write_bundle(path: Path, manifest: Manifest, files: dict[str, bytes]) -> Bundle:
    """Write files and the manifest with their hashes into a new or empty folder.

    Args:
        path: folder to make.
        manifest: its `files` is filled in here.
        files: bytes by file name.

    Raises:
        BundleError: the folder holds something, or the result would not be read back.
    """
    if path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise BundleError(f"{path}: not an empty folder; name a new one or empty it")
    path.mkdir(parents=True, exist_ok=True)
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}
    for name, data in files.items():
        (path / name).write_bytes(data)
    listed = msgspec.structs.replace(manifest, files=digests)
    text = msgspec.json.format(msgspec.json.encode(listed), indent=2)
    (path / MANIFEST_NAME).write_bytes(text + b"\n")
    return read_bundle(path)


def _check_complete(path: Path, manifest: Manifest) -> None:
    """Everything used is listed, everything listed is there, and nothing else is."""
    if unlisted := manifest.used_files - manifest.files.keys():
        raise BundleError(f"{path / MANIFEST_NAME}: files has no hash for {_names(unlisted)}")
    present = {entry.name for entry in path.iterdir()} - {MANIFEST_NAME}
    if missing := manifest.files.keys() - present:
        raise BundleError(f"{path}: listed in the manifest but missing: {_names(missing)}")
    if extra := present - manifest.files.keys():
        raise BundleError(f"{path}: not listed in the manifest: {_names(extra)}")


def _names(names: set[str]) -> str:
    return ", ".join(sorted(names))


def _verified(path: Path, digest: str) -> bytes:
    data = _read(path, MAX_FILE_BYTES)
    found = hashlib.sha256(data).hexdigest()
    if found != digest:
        raise BundleError(f"{path}: SHA-256 is {found}, but the manifest says {digest}")
    return data


def _read(path: Path, limit: int) -> bytes:
    """Bytes of a regular file with one name, at most `limit` of them."""
    try:
        found = path.lstat()
    except OSError as error:
        raise BundleError(f"{path}: {error.strerror}") from error
    if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1:
        raise BundleError(f"{path}: not a plain file of its own (a link, folder or device)")
    if found.st_size > limit:
        raise BundleError(f"{path}: {found.st_size} bytes, more than the {limit} allowed")
    return path.read_bytes()
