"""Which bundles the settings let run."""

import logging
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from edge.config import Settings
from edge.contract.bundle import BundleError
from edge.opening import open_bundle, remember_bundle
from tests.bundles import TRUSTED_KEY, make_bundle


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings that trust nobody, for a signed bundle."""
    bundle = make_bundle(tmp_path / "bundle", serial=2)
    return Settings(bundle=str(bundle), state_dir=str(tmp_path / "state"))


def changed(settings: Settings, **changes: object) -> Settings:
    return msgspec.structs.replace(settings, **changes)


def test_the_builtin_bundle_needs_no_setting() -> None:
    assert open_bundle(Settings()).origin == "builtin"


def test_a_bundle_by_a_trusted_key_runs_and_no_older_one_after_it(
    settings: Settings, tmp_path: Path
) -> None:
    settings = changed(settings, trusted_keys=("ab" * 32, TRUSTED_KEY))
    bundle = open_bundle(settings)
    assert (bundle.origin, bundle.signed_by) == ("signed", TRUSTED_KEY)
    older = changed(settings, bundle=str(make_bundle(tmp_path / "older", serial=1)))
    assert open_bundle(older).origin == "signed"

    remember_bundle(settings, bundle)

    with pytest.raises(BundleError, match="serial 1, but 2 has run") as refusal:
        open_bundle(older)
    assert refusal.value.reason == "rolled_back"
    assert open_bundle(settings).sha256 == bundle.sha256


def test_a_bundle_by_anyone_else_does_not_run(settings: Settings) -> None:
    with pytest.raises(BundleError, match="trusted_keys does not list") as refusal:
        open_bundle(settings)
    assert refusal.value.reason == "untrusted_key"


def test_unless_allowed_and_then_the_log_says_so(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        bundle = open_bundle(changed(settings, allow_unsigned=True))

    assert bundle.origin == "unsigned"
    assert "unsigned_model: bundle tiny 0 runs because allow_unsigned is set" in caplog.text


def test_the_builtin_bundle_needs_no_cryptography() -> None:
    code = (
        "import sys; from edge.config import Settings; from edge.opening import open_bundle; "
        "open_bundle(Settings()); print('cryptography' in sys.modules)"
    )

    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert result.stdout.strip() == "False"
