"""O3: however often it crashes, it comes back, and clean."""

import signal
import time
from pathlib import Path

import pytest

from tests.goals import Record
from tests.system.bare_scanner import BareScanner
from tests.system.bare_viewer import BareViewer
from tests.system.daemon_process import DaemonProcess, write_settings
from tests.system.test_g09_start import first_estimate

CRASHES = 20
BACK_S = 8.0


@pytest.mark.parametrize(
    "crashes", [2, pytest.param(CRASHES, marks=[pytest.mark.soak, pytest.mark.timeout(600)])]
)
def test_crashes_in_a_row_still_end_running(
    tmp_path: Path, small_bundle: Path, crashes: int, goal: Record
) -> None:
    """A supervisor that never gives up (deploy/steatoscope.service), and kill -9 at any moment."""
    scanner = BareScanner()
    settings = tmp_path / "edge.toml"
    write_settings(settings, small_bundle, {"room": (scanner.endpoint, "")})
    address = f"ipc://{tmp_path}/estimates"
    settings.write_text(settings.read_text().replace("tcp://127.0.0.1:*", address))
    for number in range(crashes):
        daemon = DaemonProcess("--config", settings)
        # From before the first import to the middle of reading.
        time.sleep(1.5 * number / crashes)
        daemon.signal(signal.SIGKILL)
        daemon.wait()
        daemon.end()

    started_s = time.monotonic()
    daemon = DaemonProcess("--config", settings)
    first_estimate(scanner, daemon)
    back_s = time.monotonic() - started_s
    daemon.end()
    scanner.close()

    goal("O3", f"{crashes} kills at any moment of the start, then reading after {back_s:.1f} s")
    assert back_s <= BACK_S


def test_where_nobody_starts_it_again_it_stays_away(
    tmp_path: Path, small_bundle: Path, goal: Record
) -> None:
    """The control: the same crash, without a supervisor."""
    scanner = BareScanner()
    settings = tmp_path / "edge.toml"
    write_settings(settings, small_bundle, {"room": (scanner.endpoint, "")})
    daemon = DaemonProcess("--config", settings)
    viewer = BareViewer(daemon.estimates_address(), "fat/")
    first_estimate(scanner, daemon)
    while viewer.receive(0.1):
        pass
    daemon.kill()
    daemon.end()
    heard = None
    for _ in range(50):
        scanner.frame()
        heard = heard or viewer.receive(0.02)
    viewer.close()
    scanner.close()

    goal("O3", control="not started again: nothing read in 1 s")
    assert heard is None
