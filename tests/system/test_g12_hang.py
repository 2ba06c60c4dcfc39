"""G12: a daemon that hangs is no longer fed for, and its supervisor has it back; an overdue
inference is ended and flagged."""

import itertools
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.bundles import TRUSTED_KEY
from tests.endless import BRIGHT_GRAY, make_endless_bundle
from tests.goals import Record
from tests.system import faulty_daemon
from tests.system.bare_scanner import BareScanner
from tests.system.bare_viewer import BareViewer
from tests.system.conftest import Place
from tests.system.daemon_process import DaemonProcess, running, write_settings
from tests.system.faulty_daemon import TRIGGER, program
from tests.system.service_manager import ServiceManager
from tests.system.test_g09_start import first_estimate

WATCHDOG_S = 4.0
"""WatchdogSec= of deploy/steatoscope.service."""

KILLED_S, BACK_S = 5.0, 8.0
DEADLINE_MS = 200

Fault = Callable[[], None]
ENDLESS = (faulty_daemon.endless, faulty_daemon.endless_without_deadline)


@dataclass
class Ward:
    """A faulty daemon under a service manager, with a scanner and a viewer that have met."""

    place: Place
    manager: ServiceManager
    settings: Path

    def trigger(self, fault: Fault) -> None:
        """Set the fault off."""
        bright = fault is faulty_daemon.endless_without_deadline
        self.place.scanner.frame(**{"gray": BRIGHT_GRAY} if bright else {"exam": TRIGGER})


@pytest.fixture
def faulty(tmp_path: Path, small_bundle: Path) -> Iterator[Callable[..., Ward]]:
    """Start a faulty daemon; the manager is watching it."""
    with ExitStack() as ends:

        def start(fault: Fault, watchdog_s: float = WATCHDOG_S) -> Ward:
            scanner = BareScanner()
            ends.callback(scanner.close)
            bundle = small_bundle
            if fault in ENDLESS:
                bundle = make_endless_bundle(tmp_path / "endless")
            settings = tmp_path / "edge.toml"
            write_settings(settings, bundle, {"room": (scanner.endpoint, "")})
            settings.write_text(f"deadline_ms = {DEADLINE_MS}\n{settings.read_text()}")
            manager = ends.enter_context(ServiceManager(tmp_path, watchdog_s))
            started_s = time.monotonic()
            daemon = DaemonProcess(
                "--config", settings, program=program(fault), environment=manager.environment
            )
            ends.callback(daemon.end)
            address = daemon.estimates_address()
            viewer = BareViewer(address)
            ends.callback(viewer.close)
            place = Place("room", scanner, viewer, daemon, address)
            place.meet()
            manager.wait_for("READY", started_s)
            manager.wait_for("WATCHDOG", started_s)
            return Ward(place, manager, settings)

        yield start


def test_a_hang_is_killed_within_5_s_and_frames_are_read_again_within_8(
    faulty: Callable[..., Ward], tmp_path: Path, goal: Record
) -> None:
    ward = faulty(faulty_daemon.deadlock)
    hung_s = time.monotonic()
    ward.trigger(faulty_daemon.deadlock)

    killed_s = ward.manager.watch(ward.place.daemon, timeout_s=10)
    assert killed_s is not None
    assert ward.place.daemon.wait() == -signal.SIGABRT
    with running(ward.settings) as daemon:
        first_estimate(ward.place.scanner, daemon)
        back_s = time.monotonic()

    told = f"killed {killed_s - hung_s:.1f} s after the hang, back after {back_s - hung_s:.1f} s"
    goal("G12", f"deadlock: {told}")
    assert killed_s - hung_s <= KILLED_S
    assert back_s - hung_s <= BACK_S
    assert "in patched" in ward.place.daemon.log, "the stacks are in the log"
    assert TRIGGER not in ward.place.daemon.log


@pytest.mark.parametrize(
    "fault",
    [
        faulty_daemon.interpreter_held,
        faulty_daemon.receiver_hung,
        faulty_daemon.endless_without_deadline,
    ],
)
def test_whatever_hangs_is_no_longer_fed_for(
    faulty: Callable[..., Ward], fault: Fault, goal: Record
) -> None:
    ward = faulty(fault)
    hung_s = time.monotonic()
    ward.trigger(fault)
    time.sleep(3.0)

    last_s = ward.manager.of("WATCHDOG")[-1].at_s - hung_s
    ward.place.daemon.signal(signal.SIGKILL)
    ward.place.daemon.wait()
    goal(
        "G12",
        f"{fault.__name__}: fed for {max(last_s, 0):.1f} s more, so killed {WATCHDOG_S:g} s later",
    )
    assert last_s <= KILLED_S - WATCHDOG_S + 0.1


def test_a_watchdog_that_a_timer_feeds_sees_nothing(
    faulty: Callable[..., Ward], goal: Record
) -> None:
    """The control."""
    ward = faulty(faulty_daemon.fed_by_a_timer, watchdog_s=1.0)
    hung_s = time.monotonic()
    ward.trigger(faulty_daemon.fed_by_a_timer)

    killed_s = ward.manager.watch(ward.place.daemon, timeout_s=4)
    meals = [told for told in ward.manager.of("WATCHDOG") if told.at_s > hung_s + 1]
    ward.place.daemon.signal(signal.SIGKILL)
    ward.place.daemon.wait()
    goal("G12", "", control=f"fed by a timer thread: not killed, {len(meals)} more meals in 3 s")
    assert killed_s is None
    assert len(meals) > 5


def test_where_nobody_watches_it_ends_itself(
    tmp_path: Path, small_bundle: Path, goal: Record
) -> None:
    scanner = BareScanner()
    settings = tmp_path / "edge.toml"
    write_settings(settings, small_bundle, {"room": (scanner.endpoint, "")})
    daemon = DaemonProcess("--config", settings, program=program(faulty_daemon.interpreter_held))
    first_estimate(scanner, daemon)
    hung_s = time.monotonic()
    scanner.frame(exam=TRIGGER)

    code = daemon.wait()
    ended_s = time.monotonic() - hung_s
    daemon.end()
    scanner.close()
    goal("G12", f"interpreter held, no service manager: ended itself after {ended_s:.1f} s")
    assert code == 1
    assert ended_s <= KILLED_S
    assert "Timeout" in daemon.log
    assert TRIGGER not in daemon.log


def test_an_overdue_inference_is_flagged_the_exam_goes_on_and_the_watchdog_is_fed(
    faulty: Callable[..., Ward], goal: Record
) -> None:
    ward = faulty(faulty_daemon.endless)
    place = ward.place
    place.scanner.frame()
    place.viewer.estimate(seq=0)
    ages_ms = []
    for seq in range(1, 6):
        place.scanner.frame(gray=BRIGHT_GRAY)
        overdue = place.viewer.estimate(seq).fields
        assert (overdue["fat_pct"], overdue["reason"]) == (None, "overdue")
        ages_ms.append(overdue["age_ms"])
    place.scanner.frame()
    after = place.viewer.estimate(seq=6).fields
    place.daemon.end()

    ages_ms.sort()
    late_ms = [age_ms - DEADLINE_MS for age_ms in ages_ms]
    goal("G12", f"overdue frames out {late_ms[2]:.0f} ms after the deadline, 5 of 5 flagged")
    assert late_ms[2] <= 100, "the median: a busy machine may be late once"
    assert (after["median_pct"], after["frames"], after["reasons"]) == (8.0, 2, {"overdue": 5})
    meals = [told.at_s for told in ward.manager.of("WATCHDOG")]
    assert max(later - meal for meal, later in itertools.pairwise(meals)) < WATCHDOG_S
    assert ward.manager.of("STOPPING")


def test_trust_is_still_asked_of_an_endless_bundle(tmp_path: Path) -> None:
    """The control: as it is, the daemon does not even start with such a network."""
    bundle = make_endless_bundle(tmp_path / "endless")
    daemon = DaemonProcess("--bundle", bundle, "--trusted-key", TRUSTED_KEY)

    code = daemon.wait()
    daemon.end()
    assert code == 2
    assert "not allowed in a bundle" in daemon.log


def test_a_second_signal_ends_at_once_what_does_not_drain(faulty: Callable[..., Ward]) -> None:
    daemon = faulty(faulty_daemon.never_drains).place.daemon
    daemon.signal(signal.SIGTERM)
    with pytest.raises(subprocess.TimeoutExpired):
        daemon.wait(1)

    daemon.signal(signal.SIGTERM)

    assert daemon.wait(2) == -signal.SIGTERM
