"""G1: four scanners with keys at 30 frames a second are read; what is not is counted."""

from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

import psutil
import pytest

from edge.sockets.keyring import Keyring
from edge.sockets.keys import KeyPair
from tests.goals import Record
from tests.system import faulty_daemon
from tests.system.bare_viewer import PARTS_OF_SENT, BareViewer
from tests.system.conftest import encoded
from tests.system.daemon_process import PROGRAM, running, write_settings
from tests.system.faulty_daemon import program
from tests.system.paced_scanner import FPS, paced

SCANNERS = 4
READ = 0.995
CORES = 0.5
"""What the daemon may take beside a network that costs nothing."""

ATTEMPTS = 2
"""A busy host may spoil one; what a daemon cannot carry it loses each time."""


class Held(NamedTuple):
    """`sent`, `read`, `counted`: frames of all; `cores`: CPU time of the daemon per second."""

    sent: int
    read: int
    counted: int
    cores: float

    def told(self) -> str:
        return (
            f"{self.read:,} of {self.sent:,} read, {self.counted - self.read} more counted, "
            f"{self.cores:.2f} of a core"
        )


def cpu_s(pid: int) -> float:
    """CPU time of a process so far."""
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system


def load(folder: Path, bundle: Path, frames: int, daemon_program: Sequence[str] = PROGRAM) -> Held:
    """Play `frames` of 1024 x 768 from each scanner at once."""
    keyring = Keyring(folder / "keys")
    keyring.create()
    pairs = {f"room{number}": KeyPair.draw() for number in range(SCANNERS)}
    pairs["ward"] = KeyPair.draw()
    for name, pair in pairs.items():
        keyring.enrol(name, pair.public)
    ward = pairs.pop("ward")
    with ExitStack() as ends:
        scanners = {
            name: ends.enter_context(paced(frames, encoded(pair))) for name, pair in pairs.items()
        }
        places = {name: (scanner.endpoint, "") for name, scanner in scanners.items()}
        settings = write_settings(folder / "edge.toml", bundle, places, keyring.folder)
        daemon = ends.enter_context(running(settings, daemon_program))
        viewer = BareViewer(
            daemon.estimates_address(),
            curve_pair=encoded(ward),
            server_key=keyring.own().public.encode(),
        )
        ends.callback(viewer.close)
        for name in scanners:
            viewer.until(lambda message, name=name: message.topic.startswith(f"fat/{name}/"))
        before_s = cpu_s(daemon.pid)
        for scanner in scanners.values():
            scanner.start()
        ledgers = [
            viewer.until(
                lambda message, name=name: (
                    message.topic == f"status/{name}" and message.fields["ledger"]["sent"] == frames
                ),
                timeout_s=frames / FPS + 20,
            ).fields["ledger"]
            for name in scanners
        ]
        cores = (cpu_s(daemon.pid) - before_s) / (frames / FPS)
    read = sum(ledger["read"] for ledger in ledgers)
    counted = sum(ledger[part] for ledger in ledgers for part in PARTS_OF_SENT)
    return Held(SCANNERS * frames, read, counted, cores)


def hold(tmp_path: Path, bundle: Path, frames: int, goal: Record) -> None:
    for attempt in range(ATTEMPTS):
        folder = tmp_path / str(attempt)
        folder.mkdir()
        held = load(folder, bundle, frames)
        if held.read >= READ * held.sent:
            break

    goal("G1", f"{SCANNERS} scanners for {frames / FPS:.0f} s: {held.told()}")
    assert held.counted == held.sent
    assert held.read >= READ * held.sent
    assert held.cores <= CORES


def test_four_scanners_with_keys_are_read(tmp_path: Path, small_bundle: Path, goal: Record) -> None:
    hold(tmp_path, small_bundle, round(10 * FPS), goal)


@pytest.mark.soak
def test_four_scanners_with_keys_are_read_for_a_minute(
    tmp_path: Path, small_bundle: Path, goal: Record
) -> None:
    hold(tmp_path, small_bundle, round(60 * FPS), goal)


def test_a_daemon_that_cannot_carry_them_is_seen_to_lose_frames_and_counts_them(
    tmp_path: Path, small_bundle: Path, goal: Record
) -> None:
    """The control."""
    held = load(tmp_path, small_bundle, round(4 * FPS), program(faulty_daemon.slow))

    goal("G1", "", control=f"100 ms inference: {held.told()}")
    assert held.counted == held.sent
    assert held.read < READ * held.sent
