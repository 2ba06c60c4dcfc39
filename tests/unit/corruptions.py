"""Five hundred ways in which a signed bundle may come over wrong, by chance or by design."""

import hashlib
import io
import os
import shutil
import zipfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
import onnx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from onnx import TensorProto, helper

from edge.contract.bundle import MAX_FILE_BYTES, MAX_MANIFEST_BYTES
from edge.contract.manifest import Manifest
from edge.contract.signature import Signature
from export.signing import public_key
from tests.bundles import SIGNER

LISTED = ("AR.onnx", "HR.onnx", "AR+HR.onnx", "golden.npz")
FILES = ("manifest.json", "manifest.sig", *LISTED)

FLIPS = 62
"""Single bits flipped in each file."""

CUTS = 10
"""Lengths that each file is cut to."""

REASONS = {
    "manifest.json": {"bad_signature"},
    # A bit of the key's digits makes it another's.
    "manifest.sig": {"bad_signature", "untrusted_key"},
    **{name: {"hash"} for name in LISTED},
}
"""What a change of a file's bytes is refused for."""


class Corruption(NamedTuple):
    """One way: what it does to a good bundle's folder, and the reasons that are right."""

    name: str
    damage: Callable[[Path], None]
    reasons: set[str]


def corruptions(good: Path, other: Path) -> Iterator[Corruption]:
    """All of them; the same ones every time, but for the keys.

    `good`: the bundle that is damaged in a copy. `other`: another bundle by the same maker.
    """
    yield from _changed_bytes(good)
    yield from _changed_folder()
    yield from _mixed(other)
    yield from _badly_vouched()
    yield from _signed_but_not_allowed()


def _changed_bytes(good: Path) -> Iterator[Corruption]:
    rng = np.random.default_rng(5)
    for name in FILES:
        data = (good / name).read_bytes()
        for bit in rng.choice(8 * len(data), FLIPS, replace=False):
            yield _bytes(f"bit {bit} flipped", name, _flip(data, int(bit)))
        for length in rng.choice(len(data), CUTS, replace=False):
            yield _bytes(f"cut to {length} bytes", name, data[:length])
        yield _bytes("empty", name, b"")
        yield _bytes("a byte longer", name, data + b"\0")
        yield _bytes("a line longer", name, data + b"\n")
        yield _bytes("zeros", name, bytes(len(data)))


def _flip(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def _bytes(what: str, name: str, data: bytes) -> Corruption:
    return Corruption(f"{name}: {what}", lambda path: _put(path / name, data), REASONS[name])


def _put(path: Path, data: bytes) -> None:
    path.write_bytes(data)


def _changed_folder() -> Iterator[Corruption]:
    for name in FILES:
        missing = {"unsigned"} if name == "manifest.sig" else {"missing_file"}
        yield Corruption(f"{name}: missing", lambda path, n=name: (path / n).unlink(), missing)
        yield Corruption(f"{name}: a symbolic link", lambda path, n=name: _soft(path / n), {"link"})
        yield Corruption(f"{name}: a hard link", lambda path, n=name: _hard(path / n), {"link"})
        yield Corruption(f"{name}: a folder", lambda path, n=name: _folder(path / n), {"link"})
        yield Corruption(f"{name}: a pipe", lambda path, n=name: _pipe(path / n), {"link"})
        yield Corruption(f"{name}: too large", lambda path, n=name: _huge(path / n), {"over_size"})
    for extra in ("weights.bin", ".hidden", "AR.onnx.data", "manifest.json~", "ÄR.onnx", "a\nb"):
        yield Corruption(f"{extra!r} beside", lambda p, e=extra: (p / e).touch(), {"unlisted_file"})
    yield Corruption("a folder beside", lambda path: (path / "d").mkdir(), {"unlisted_file"})
    yield Corruption("a link beside", lambda p: (p / "l").symlink_to("AR.onnx"), {"unlisted_file"})
    yield Corruption("no folder", shutil.rmtree, {"missing_file"})
    yield Corruption("an empty folder", _emptied, {"missing_file"})


def _emptied(path: Path) -> None:
    shutil.rmtree(path)
    path.mkdir()


def _soft(path: Path) -> None:
    path.rename(path.parent.with_name("elsewhere"))
    path.symlink_to(path.parent.with_name("elsewhere"))


def _hard(path: Path) -> None:
    os.link(path, path.parent.with_name("elsewhere"))


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _huge(path: Path) -> None:
    limit = {"manifest.json": MAX_MANIFEST_BYTES, "manifest.sig": 256}
    os.truncate(path, limit.get(path.name, MAX_FILE_BYTES) + 1)


def _mixed(other: Path) -> Iterator[Corruption]:
    """Files that are right, but each in its own place."""
    for name in FILES:
        yield _bytes("of another bundle", name, (other / name).read_bytes())
    for one, two in (("AR.onnx", "HR.onnx"), ("HR.onnx", "AR+HR.onnx"), ("AR.onnx", "golden.npz")):
        yield Corruption(
            f"{one} and {two} swapped", lambda p, a=one, b=two: _swap(p, a, b), {"hash"}
        )


def _swap(path: Path, one: str, two: str) -> None:
    (path / one).rename(path / "between")
    (path / two).rename(path / one)
    (path / "between").rename(path / two)


def _badly_vouched() -> Iterator[Corruption]:
    """Bundles that are whole, but old or vouched for by the wrong one."""
    stranger = Ed25519PrivateKey.generate()
    yesterday = (datetime.now(UTC) - timedelta(days=1)).date()
    yield Corruption("signed by a stranger", lambda p: seal(p, key=stranger), {"untrusted_key"})
    yield Corruption("a stranger's under our name", _disguised(stranger), {"bad_signature"})
    yield Corruption("not signed, rewritten", lambda p: seal(p, key=None), {"unsigned"})
    yield Corruption("expired", lambda p: seal(p, expires=yesterday), {"expired"})
    for serial in (0, 1, 4):
        yield Corruption(f"serial {serial}", lambda p, s=serial: seal(p, serial=s), {"rolled_back"})


def _disguised(stranger: Ed25519PrivateKey) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        value = stranger.sign((path / "manifest.json").read_bytes())
        (path / "manifest.sig").write_bytes(Signature(public_key(SIGNER), value).line())

    return damage


def _signed_but_not_allowed() -> Iterator[Corruption]:
    """What even a trusted maker may not hand out: hashes and signature are right."""
    for name in ("AR.onnx", "HR.onnx", "AR+HR.onnx"):
        for location in ("/etc/passwd", "../secret", "weights.bin", "golden.npz", "manifest.json"):
            yield _network(name, f"weights in {location}", _external(location), "external_data")
        for operator in ("Loop", "If", "Scan", "RandomNormal", "ConstantOfShape", "NoSuchOperator"):
            yield _network(name, f"operator {operator}", _operator(operator), "operator")
        yield _network(name, "a vendor's node", _operator("EPContext", "com.microsoft"), "operator")
        yield _network(name, "a function", _function, "operator")
        yield _network(name, "another opset", _opset, "network")
        yield _sealed(name, "no ONNX at all", lambda data: b"\x7fELF" + data, "network")
        yield _sealed(
            name, "ONNX Runtime's format", lambda d: b"\x08\x08\x12\x04ORTM" + d, "network"
        )
        yield _sealed(name, "an unknown field", lambda data: data + b"\x98\x06\x01", "network")
    yield _sealed("golden.npz", "a zip bomb", lambda _: _bomb(), "archive")
    yield _sealed("golden.npz", "no archive", lambda _: b"PK\x03\x04", "archive")
    yield _sealed("golden.npz", "a pickle", lambda _: _zip("a.pkl", b"cos\nsystem\n"), "archive")
    for field, value in (
        ("variants", {"fp32": {"models": {"AR": "../AR.onnx"}}}),
        ("variants", {"fp32": {"models": {"AR": "/etc/passwd"}}}),
        ("variants", {"fp32": {"models": {"AR": "golden.npz"}}}),
        ("variants", {"fp32": {"models": {}}}),
        ("golden", "AR.onnx"),
        ("format", 1),
        ("serial", -1),
        ("surprise", 1),
    ):
        yield Corruption(
            f"{field} = {value}",
            lambda path, f=field, v=value: seal(path, raw={f: v}),
            {"manifest"},
        )


def _sealed(name: str, what: str, change: Callable[[bytes], bytes], reason: str) -> Corruption:
    def damage(path: Path) -> None:
        _put(path / name, change((path / name).read_bytes()))
        seal(path)

    return Corruption(f"{name}: {what}, signed", damage, {reason})


def _network(
    name: str, what: str, change: Callable[[onnx.ModelProto], None], reason: str
) -> Corruption:
    def changed(data: bytes) -> bytes:
        model = onnx.load_from_string(data)
        change(model)
        return bytes(model.SerializeToString())

    return _sealed(name, what, changed, reason)


def _external(location: str) -> Callable[[onnx.ModelProto], None]:
    def change(model: onnx.ModelProto) -> None:
        tensor = model.graph.initializer[0]
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        tensor.external_data.add(key="location", value=location)

    return change


def _operator(name: str, domain: str = "") -> Callable[[onnx.ModelProto], None]:
    def change(model: onnx.ModelProto) -> None:
        model.graph.node.append(helper.make_node(name, [], ["z"], domain=domain))

    return change


def _function(model: onnx.ModelProto) -> None:
    model.functions.append(helper.make_function("own", "f", [], [], [], model.opset_import))


def _opset(model: onnx.ModelProto) -> None:
    model.opset_import[0].version += 1


def _bomb() -> bytes:
    return _zip("ar_frames.npy", bytes(65 * 2**20))


def _zip(name: str, data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return file.getvalue()


def seal(
    path: Path,
    *,
    key: Ed25519PrivateKey | None = SIGNER,
    raw: dict[str, Any] | None = None,
    **changes: object,
) -> None:
    """Write the manifest anew for the files as they are, and sign it; nothing is checked.

    `raw` and `changes`: fields of the manifest to change; `raw` may be what no manifest allows.
    """
    manifest = msgspec.json.decode((path / "manifest.json").read_bytes(), type=Manifest)
    hashes = {name: hashlib.sha256((path / name).read_bytes()).hexdigest() for name in LISTED}
    fields = msgspec.to_builtins(msgspec.structs.replace(manifest, files=hashes, **changes))
    text = msgspec.json.encode({**fields, **(raw or {})})
    (path / "manifest.json").write_bytes(text)
    (path / "manifest.sig").unlink()
    if key:
        signature = Signature(public_key(key), key.sign(text))
        (path / "manifest.sig").write_bytes(signature.line())
