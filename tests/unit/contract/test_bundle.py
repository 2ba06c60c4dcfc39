import os
from collections.abc import Callable
from pathlib import Path

import pytest

from edge.contract.bundle import Bundle, BundleError, read_bundle, write_bundle
from edge.contract.manifest import Manifest
from edge.contract.variant import Variant

MANIFEST = Manifest(
    name="test",
    version="1",
    variants={"fp32": Variant(models={"AR": "AR.onnx", "HR": "HR.onnx", "AR+HR": "AR+HR.onnx"})},
    measured_on="nothing",
    opset=18,
)
FILES = {"AR.onnx": b"a", "HR.onnx": b"h", "AR+HR.onnx": b"p", "golden.npz": b"g"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    write_bundle(tmp_path / "bundle", MANIFEST, FILES)
    return tmp_path / "bundle"


def test_what_was_written_is_read_back(path: Path) -> None:
    bundle = read_bundle(path)

    assert bundle.files == FILES
    assert (bundle.model("AR+HR"), bundle.golden) == (b"p", b"g")
    assert bundle.manifest.crop.size == 360


def test_the_manifests_hash_stands_for_all(path: Path) -> None:
    other = write_bundle(path.parent / "other", MANIFEST, {**FILES, "HR.onnx": b"H"})

    assert other.sha256 != read_bundle(path).sha256
    assert isinstance(other, Bundle)


def _flip(path: Path) -> None:
    (path / "AR.onnx").write_bytes(b"b")


def _link(path: Path) -> None:
    (path / "AR.onnx").rename(path.parent / "elsewhere")
    (path / "AR.onnx").symlink_to(path.parent / "elsewhere")


def _hard_link(path: Path) -> None:
    os.link(path / "AR.onnx", path.parent / "elsewhere")


def _unlist_used(path: Path) -> None:
    text = (path / "manifest.json").read_text()
    (path / "manifest.json").write_text(text.replace('"golden": "golden.npz"', '"golden": "x.npz"'))


def _escape(path: Path) -> None:
    text = (path / "manifest.json").read_text()
    (path / "manifest.json").write_text(text.replace('"AR.onnx"', '"../AR.onnx"'))


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        (_flip, "AR.onnx: SHA-256"),
        (lambda path: (path / "HR.onnx").unlink(), "missing: HR.onnx"),
        (lambda path: (path / "extra").write_bytes(b""), "not listed in the manifest: extra"),
        (_link, "AR.onnx: not a plain file"),
        (_hard_link, "AR.onnx: not a plain file"),
        (_unlist_used, "no hash for x.npz"),
        (_escape, "manifest.json"),
        (lambda path: (path / "manifest.json").write_text("{"), "manifest.json"),
        (lambda path: (path / "manifest.json").unlink(), "manifest.json"),
    ],
)
def test_a_bundle_that_was_changed_is_refused(
    path: Path, damage: Callable[[Path], None], says: str
) -> None:
    damage(path)

    with pytest.raises(BundleError, match=says.replace(".", r"\.")):
        read_bundle(path)


def test_a_folder_that_holds_something_is_not_written_into(path: Path) -> None:
    with pytest.raises(BundleError, match="not an empty folder"):
        write_bundle(path, MANIFEST, FILES)


def test_no_bundle_at_all_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="python -m export bundle"):
        read_bundle(tmp_path / "none")
