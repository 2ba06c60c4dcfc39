"""The built-in bundle is the one whose hash the package holds."""

import os
import shutil
from pathlib import Path

import pytest

from edge.contract.bundle import BundleError, builtin_path, read_bundle
from edge.contract.pinned import BUILTIN_SHA256
from edge.contract.trust import Trust


def test_the_pin_is_in_step_with_the_builtin_manifest() -> None:
    bundle = read_bundle(builtin_path(), Trust())

    assert bundle.sha256 == BUILTIN_SHA256, "`make pin` writes the hash of the new manifest"
    assert bundle.origin == "builtin"


def test_files_that_an_installer_linked_to_its_cache_are_taken(tmp_path: Path) -> None:
    for file in builtin_path().iterdir():
        shutil.copy(file, tmp_path / f"cached-{file.name}")
        (tmp_path / "builtin").mkdir(exist_ok=True)
        os.link(tmp_path / f"cached-{file.name}", tmp_path / "builtin" / file.name)

    assert read_bundle(tmp_path / "builtin", Trust()).origin == "builtin"


def test_a_builtin_manifest_with_another_byte_is_nobodys(tmp_path: Path) -> None:
    folder = shutil.copytree(builtin_path(), tmp_path / "builtin")
    with (folder / "manifest.json").open("ab") as file:
        file.write(b"\n")

    with pytest.raises(BundleError) as refusal:
        read_bundle(folder, Trust())
    assert refusal.value.reason == "unsigned"
