"""A daemon that has run a bundle refuses an older one, also after it was started anew."""

from pathlib import Path

from edge.contract.crop import CropSpec
from tests.bundles import make_bundle
from tests.system.bare_scanner import BareScanner
from tests.system.daemon_process import DaemonProcess, running, write_settings


def test_an_older_bundle_than_ran_before_is_refused_with_exit_code_2(tmp_path: Path) -> None:
    small = CropSpec(size=16)
    old = make_bundle(tmp_path / "old", crop=small, serial=1)
    new = make_bundle(tmp_path / "new", crop=small, serial=2)
    scanner = BareScanner()
    places = {"room": (scanner.endpoint, "")}
    settings = tmp_path / "edge.toml"

    for bundle in (old, new):
        with running(write_settings(settings, bundle, places)):
            pass
    write_settings(settings, old, places)
    again = DaemonProcess("--config", settings)

    assert again.wait() == 2
    assert "serial 1, but 2 has run here before" in again.log
    again.end()
    scanner.close()
