"""A frame that takes long holds up nobody but its own scanner."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.system import faulty_daemon
from tests.system.bare_scanner import BareScanner
from tests.system.bare_viewer import BareViewer
from tests.system.conftest import Place
from tests.system.daemon_process import running, write_settings
from tests.system.faulty_daemon import LATE_S, TRIGGER, program

FRAMES = 10


@contextmanager
def both(folder: Path, bundle: Path, fault: Callable[[], None]) -> Iterator[tuple[Place, Place]]:
    """Two scanners of a daemon with a fault, each with a viewer; they have met."""
    with ExitStack() as ends:
        scanners = {name: BareScanner() for name in ("slow", "other")}
        for scanner in scanners.values():
            ends.callback(scanner.close)
        endpoints = {name: (scanner.endpoint, "") for name, scanner in scanners.items()}
        settings = write_settings(folder / "edge.toml", bundle, endpoints)
        daemon = ends.enter_context(running(settings, program(fault)))
        address = daemon.estimates_address()
        places = []
        for name, scanner in scanners.items():
            viewer = BareViewer(address, f"fat/{name}/", f"status/{name}", f"reading/{name}")
            ends.callback(viewer.close)
            places.append(Place(name, scanner, viewer, daemon, address))
            places[-1].meet()
        slow, other = places
        yield slow, other


def waited_s(slow: Place, other: Place) -> float:
    """How long the other scanner waits for FRAMES estimates while the slow one's frame is read."""
    slow.scanner.frame(exam=TRIGGER)
    time.sleep(0.1)
    started_s = time.monotonic()
    for seq in range(FRAMES):
        other.scanner.frame()
        other.viewer.estimate(seq=seq, exam="exam-1")
    return time.monotonic() - started_s


def test_the_others_are_read_meanwhile_and_its_frame_is_counted_once_it_is_done(
    tmp_path: Path, small_bundle: Path
) -> None:
    with both(tmp_path, small_bundle, faulty_daemon.slow_at_the_trigger) as (slow, other):
        took_s = waited_s(slow, other)
        slow.viewer.estimate(seq=0, exam=TRIGGER)
        counts = slow.until_status(lambda fields: fields["ledger"]["read"] == 1)["ledger"]

    assert took_s < LATE_S / 2
    assert counts["sent"] == 1


def test_control_a_loop_that_reads_by_itself_lets_them_wait(
    tmp_path: Path, small_bundle: Path
) -> None:
    with both(tmp_path, small_bundle, faulty_daemon.slow_at_the_trigger_and_alone) as places:
        took_s = waited_s(*places)

    assert took_s > LATE_S / 2


def test_it_ends_in_good_order_while_one_is_read(tmp_path: Path, small_bundle: Path) -> None:
    with both(tmp_path, small_bundle, faulty_daemon.slow_at_the_trigger) as (slow, _):
        slow.scanner.frame(exam=TRIGGER)
        time.sleep(0.2)
        slow.daemon.signal(signal.SIGTERM)
        code = slow.daemon.wait()
        slow.viewer.estimate(seq=0, exam=TRIGGER)
        reading = slow.viewer.until(
            lambda message: message.kind == "reading" and message.fields["exam"] == TRIGGER
        ).fields

    assert code == 0
    assert reading["views"]["AR"]["frames"] == 1
