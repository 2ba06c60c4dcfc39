import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from edge.contract.bundle import Bundle, BundleError, read_bundle, write_bundle
from edge.contract.variant import Variant
from tests.bundles import TRUST, TRUSTED_KEY, Line, make_bundle

HR_ALONE = Variant(models={"HR": "HR.onnx"})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return make_bundle(tmp_path / "bundle")


def rewritten(bundle: Bundle, path: Path, **changes: object) -> Bundle:
    """A bundle of the same files with another manifest, unsigned."""
    manifest = msgspec.structs.replace(bundle.manifest, **changes)
    return write_bundle(path, manifest, bundle.files)


def test_what_was_written_is_read_back(path: Path) -> None:
    bundle = read_bundle(path, TRUST)

    assert bundle.files.keys() == {"AR.onnx", "HR.onnx", "AR+HR.onnx", "golden.npz"}
    assert bundle.model("AR+HR") == (path / "AR+HR.onnx").read_bytes()
    assert bundle.golden == (path / "golden.npz").read_bytes()
    assert bundle.manifest.crop.size == 360
    assert (bundle.origin, bundle.signed_by) == ("signed", TRUSTED_KEY)


def test_the_manifests_hash_stands_for_all(path: Path, tmp_path: Path) -> None:
    other = read_bundle(make_bundle(tmp_path / "other", hr=Line(0.2)))

    assert other.sha256 != read_bundle(path).sha256


def _flip(path: Path) -> None:
    (path / "AR.onnx").write_bytes(b"b")


def _link(path: Path) -> None:
    (path / "AR.onnx").rename(path.parent / "elsewhere")
    (path / "AR.onnx").symlink_to(path.parent / "elsewhere")


def _hard_link(path: Path) -> None:
    os.link(path / "AR.onnx", path.parent / "elsewhere")


def _fifo(path: Path) -> None:
    (path / "AR.onnx").unlink()
    os.mkfifo(path / "AR.onnx")


def _in_manifest(old: str, new: str) -> Callable[[Path], None]:
    """Change the manifest and take the signature away, which it no longer fits."""

    def damage(path: Path) -> None:
        text = (path / "manifest.json").read_text()
        assert old in text
        (path / "manifest.json").write_text(text.replace(old, new))
        (path / "manifest.sig").unlink()

    return damage


@pytest.mark.parametrize(
    ("damage", "says", "reason"),
    [
        (_flip, "AR.onnx: SHA-256", "hash"),
        (lambda path: (path / "HR.onnx").unlink(), "missing: HR.onnx", "missing_file"),
        (
            lambda path: (path / "extra").touch(),
            "the manifest: extra; take it out",
            "unlisted_file",
        ),
        (_link, "AR.onnx: a symbolic link", "link"),
        (_hard_link, "AR.onnx: has another name elsewhere", "link"),
        (_fifo, "AR.onnx: not a plain file", "link"),
        (
            _in_manifest('"golden": "golden.npz"', '"golden": "x.npz"'),
            "no hash for x.npz",
            "manifest",
        ),
        (_in_manifest('"AR": "AR.onnx"', '"AR": "../AR.onnx"'), "manifest.json", "manifest"),
        (_in_manifest('"AR": "AR.onnx"', '"AR": "golden.npz"'), "manifest.json", "manifest"),
        (_in_manifest('"AR": "AR.onnx",', ""), "AR+HR but not both of its views", "manifest"),
        (
            _in_manifest('"opset": 18', '"opset": 17'),
            "opset 18, but the manifest says 17",
            "network",
        ),
        (_in_manifest("{", ""), "manifest.json", "manifest"),
        (lambda path: (path / "manifest.json").unlink(), "manifest.json", "missing_file"),
    ],
)
def test_a_bundle_that_was_changed_is_refused(
    path: Path, damage: Callable[[Path], None], says: str, reason: str
) -> None:
    damage(path)

    with pytest.raises(BundleError, match=says.replace(".", r"\.").replace("+", r"\+")) as refusal:
        read_bundle(path)
    assert refusal.value.reason == reason


def test_one_view_alone_is_a_bundle(path: Path, tmp_path: Path) -> None:
    bundle = read_bundle(path)

    alone = rewritten(bundle, tmp_path / "alone", variants={"fp32": HR_ALONE})

    assert alone.manifest.models == {"HR": "HR.onnx"}


def test_a_bundle_reached_through_a_link_to_its_folder_is_read(path: Path, tmp_path: Path) -> None:
    (tmp_path / "current").symlink_to(path)

    assert read_bundle(tmp_path / "current", TRUST).origin == "signed"


def test_a_folder_that_holds_something_is_not_written_into(path: Path) -> None:
    bundle = read_bundle(path)

    with pytest.raises(BundleError, match="not an empty folder"):
        write_bundle(path, bundle.manifest, bundle.files)


def test_no_bundle_at_all_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="python -m export bundle"):
        read_bundle(tmp_path / "none")
