"""A frame that takes long holds up nobody but its own scanner."""

import signal
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from tests.system import faulty_daemon
from tests.system.bare_scanner import BareScanner
from tests.system.bare_viewer import BareViewer
from tests.system.conftest import Place
from tests.system.daemon_process import running, write_settings
from tests.system.faulty_daemon import LATE_S, TRIGGER, program

FRAMES = 10


def waited_s(folder: Path, bundle: Path, fault: Callable[[], None]) -> tuple[float, list[int]]:
    """How long the other scanner waited for FRAMES estimates; the ledger of the slow one."""
    with ExitStack() as ends:
        scanners = {name: BareScanner() for name in ("slow", "other")}
        for scanner in scanners.values():
            ends.callback(scanner.close)
        places = {name: (scanner.endpoint, "") for name, scanner in scanners.items()}
        settings = write_settings(folder / "edge.toml", bundle, places)
        daemon = ends.enter_context(running(settings, program(fault)))
        address = daemon.estimates_address()
        met = []
        for name, scanner in scanners.items():
            viewer = BareViewer(address, f"fat/{name}/", f"status/{name}")
            ends.callback(viewer.close)
            met.append(Place(name, scanner, viewer, daemon, address))
            met[-1].meet()
        slow, other = met
        slow.scanner.frame(exam=TRIGGER)
        time.sleep(0.1)
        started_s = time.monotonic()
        for seq in range(FRAMES):
            other.scanner.frame()
            other.viewer.estimate(seq=seq, exam="exam-1")
        took_s = time.monotonic() - started_s
        slow.viewer.estimate(seq=0, exam=TRIGGER)
        counts = slow.until_status(lambda fields: fields["ledger"]["read"] == 1)["ledger"]
        return took_s, [counts["sent"], counts["read"]]


def test_the_others_are_read_meanwhile_and_its_frame_is_counted_once_it_is_done(
    tmp_path: Path, small_bundle: Path
) -> None:
    took_s, counts = waited_s(tmp_path, small_bundle, faulty_daemon.slow_at_the_trigger)

    assert took_s < LATE_S / 2
    assert counts == [1, 1]


def test_control_a_loop_that_reads_by_itself_lets_them_wait(
    tmp_path: Path, small_bundle: Path
) -> None:
    took_s, _ = waited_s(tmp_path, small_bundle, faulty_daemon.slow_at_the_trigger_and_alone)

    assert took_s > LATE_S / 2


def test_it_ends_in_good_order_while_one_is_read(tmp_path: Path, small_bundle: Path) -> None:
    with ExitStack() as ends:
        scanners = {name: BareScanner() for name in ("slow", "other")}
        for scanner in scanners.values():
            ends.callback(scanner.close)
        places = {name: (scanner.endpoint, "") for name, scanner in scanners.items()}
        settings = write_settings(tmp_path / "edge.toml", small_bundle, places)
        fault = program(faulty_daemon.slow_at_the_trigger)
        daemon = ends.enter_context(running(settings, fault))
        address = daemon.estimates_address()
        viewer = BareViewer(address)
        ends.callback(viewer.close)
        place = Place("slow", scanners["slow"], viewer, daemon, address)
        place.meet()
        place.scanner.frame(exam=TRIGGER)
        time.sleep(0.2)
        daemon.signal(signal.SIGTERM)
        code = daemon.wait()

        viewer.estimate(seq=0, exam=TRIGGER)
        reading = viewer.until(lambda message: message.topic == "reading/slow").fields

    assert code == 0
    assert (reading["exam"], reading["views"]["AR"]["frames"]) == (TRIGGER, 1)
