"""A model bundle: a folder whose manifest names the hash of every file in it.

Each file is read once; the bytes that were verified are the bytes that are used, so that nothing
reaches ONNX Runtime that was not looked at.
"""

import hashlib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import msgspec

from edge.contract.archive import ArchiveError, check_archive
from edge.contract.bundle_error import BundleError
from edge.contract.grading import PAIR, VIEWS
from edge.contract.manifest import MANIFEST_NAME, Manifest
from edge.contract.onnx_scan import Network, OnnxError, scan
from edge.contract.plain_file import PlainFile, read_plain_file
from edge.contract.signature import MAX_SIGNATURE_BYTES, SIGNATURE_NAME
from edge.contract.trust import ANYONE, Origin, Seal, Trust, check_age, judge
from edge.contract.variant import Precision

__all__ = ["Bundle", "BundleError", "builtin_path", "read_bundle", "write_bundle"]

MAX_FILE_BYTES = 64 * 2**20
MAX_BUNDLE_BYTES = 256 * 2**20
MAX_MANIFEST_BYTES = 2**20


@dataclass(frozen=True)
class Bundle:
    """A verified bundle in memory. `sha256`: of the manifest, hence of everything in it."""

    manifest: Manifest
    sha256: str
    files: dict[str, bytes]
    origin: Origin = "unsigned"
    """Who vouches for it."""
    signed_by: str | None = None
    """Public key of whoever signed it, trusted or not, 64 hexadecimal digits; None: nobody did."""

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


def read_bundle(path: Path, trust: Trust = ANYONE) -> Bundle:
    """Read and verify a bundle folder: who vouches for it first, then every byte, then its age.

    `trust`: what it must prove; unless told, anyone's bundle is read, and marked as `unsigned`.

    Raises:
        BundleError: it is missing, incomplete, changed, too old, vouched for by nobody trusted, or
            holds something that is not listed or not allowed.
    """
    if not path.is_dir():
        raise BundleError(
            f"{path}: no such bundle folder; `python -m export bundle` makes one", "missing_file"
        )
    raw = read_plain_file(path / MANIFEST_NAME, MAX_MANIFEST_BYTES)
    present = _present(path)
    seal = _judge(path, raw.data, present, trust)
    # Installers link the package's own files to their cache; the pinned hash makes that harmless.
    alone = seal.origin != "builtin"
    _check_names(path / MANIFEST_NAME, raw, alone=alone)
    manifest = _manifest(path, raw.data, seal, trust)
    _check_complete(path, manifest, present)
    files = _verified(path, manifest, alone=alone)
    _look_through(path, manifest, files)
    return Bundle(manifest, hashlib.sha256(raw.data).hexdigest(), files, seal.origin, seal.key)


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
        raise BundleError(f"{path}: not an empty folder; name a new one or empty it", "not_empty")
    path.mkdir(parents=True, exist_ok=True)
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in sorted(files.items())}
    for name, data in files.items():
        (path / name).write_bytes(data)
    listed = msgspec.structs.replace(manifest, files=digests)
    text = msgspec.json.format(msgspec.json.encode(listed), indent=2)
    (path / MANIFEST_NAME).write_bytes(text + b"\n")
    return read_bundle(path)


def _present(path: Path) -> set[str]:
    try:
        return {entry.name for entry in path.iterdir()}
    except OSError as error:
        raise BundleError(f"{path}: {error.strerror}", "unreadable") from error


def _judge(path: Path, manifest: bytes, present: set[str], trust: Trust) -> Seal:
    signature = None
    if SIGNATURE_NAME in present:
        file = read_plain_file(path / SIGNATURE_NAME, MAX_SIGNATURE_BYTES)
        _check_names(path / SIGNATURE_NAME, file, alone=True)
        signature = file.data
    try:
        return judge(manifest, signature, trust)
    except BundleError as error:
        raise BundleError(f"{path}: {error}", error.reason) from error


def _manifest(path: Path, raw: bytes, seal: Seal, trust: Trust) -> Manifest:
    try:
        manifest = msgspec.json.decode(raw, type=Manifest)
        check_age(manifest, seal.origin, trust)
    except msgspec.DecodeError as error:
        raise BundleError(f"{path / MANIFEST_NAME}: {error}") from error
    except BundleError as error:
        raise BundleError(f"{path}: {error}", error.reason) from error
    return manifest


def _check_complete(path: Path, manifest: Manifest, present: set[str]) -> None:
    """Everything used is listed, everything listed is there, and nothing else is."""
    if unlisted := manifest.used_files - manifest.files.keys():
        raise BundleError(f"{path / MANIFEST_NAME}: files has no hash for {_names(unlisted)}")
    if PAIR in manifest.models and not manifest.models.keys() >= set(VIEWS):
        raise BundleError(f"{path / MANIFEST_NAME}: models has {PAIR} but not both of its views")
    if missing := manifest.files.keys() - present:
        raise BundleError(
            f"{path}: listed in the manifest but missing: {_names(missing)}", "missing_file"
        )
    if extra := present - manifest.files.keys() - {MANIFEST_NAME, SIGNATURE_NAME}:
        raise BundleError(
            f"{path}: not listed in the manifest: {_names(extra)}; take it out", "unlisted_file"
        )


def _names(names: set[str]) -> str:
    return ", ".join(repr(name)[1:-1] for name in sorted(names))


def _verified(path: Path, manifest: Manifest, *, alone: bool) -> dict[str, bytes]:
    """Bytes of every listed file, each with the hash that the manifest says."""
    files: dict[str, bytes] = {}
    left = MAX_BUNDLE_BYTES
    for name, digest in manifest.files.items():
        file = read_plain_file(path / name, min(left, MAX_FILE_BYTES))
        _check_names(path / name, file, alone=alone)
        found = hashlib.sha256(file.data).hexdigest()
        if found != digest:
            raise BundleError(
                f"{path / name}: SHA-256 is {found}, but the manifest says {digest}; the file was "
                "changed or came over damaged, so fetch it anew",
                "hash",
            )
        files[name] = file.data
        left -= len(file.data)
    return files


def _check_names(path: Path, file: PlainFile, *, alone: bool) -> None:
    if alone and file.names != 1:
        raise BundleError(
            f"{path}: has another name elsewhere (a hard link); put a copy in its place", "link"
        )


def _look_through(path: Path, manifest: Manifest, files: dict[str, bytes]) -> None:
    """Networks hold only what is allowed, and the golden frames unpack to no more than they may."""
    for name, data in files.items():
        try:
            if name.endswith(".onnx"):
                _check_opset(manifest, scan(data))
            elif name.endswith(".npz"):
                check_archive(data)
        except OnnxError as error:
            raise BundleError(f"{path / name}: {error}", error.reason) from error
        except ArchiveError as error:
            raise BundleError(f"{path / name}: {error}", "archive") from error


def _check_opset(manifest: Manifest, network: Network) -> None:
    if network.opset != manifest.opset:
        raise OnnxError(f"opset {network.opset}, but the manifest says {manifest.opset}")
