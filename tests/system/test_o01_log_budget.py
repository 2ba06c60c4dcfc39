"""O1: whatever is thrown at it, the log stays short, and says how much it has left out."""

import socket
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from itertools import islice, pairwise
from pathlib import Path
from random import Random
from typing import NamedTuple

import pytest

from tests.goals import Record
from tests.system import odd_daemon
from tests.system.daemon_process import PROGRAM, DaemonProcess
from tests.system.keyed_room import KeyedRoom
from tests.system.mutations import CANARY, messages
from tests.system.probe import log_of, metrics
from tests.system.test_s06_raw_sockets import garbage, place_of

FIRST_S, THEN_S = 4.0, 6.0
"""Of an attack; what is logged in its second part is what goes on for hours."""

MAX_BYTES_AN_HOUR = 1_000_000

Attack = Callable[[KeyedRoom, threading.Event], None]


def malformed_messages(room: KeyedRoom, ended: threading.Event) -> None:
    """From the enrolled scanner."""
    wrong = messages(Random(1), room.scanner)
    while not ended.is_set():
        for parts in islice(wrong, 200):
            room.scanner.send(*parts)
            room.scanner.seq += 1
        time.sleep(0.01)


def garbage_connections(room: KeyedRoom, ended: threading.Event) -> None:
    """To the viewers' port."""
    for data in garbage(Random(2)):
        if ended.wait(0.002):
            return
        with socket.create_connection(place_of(room.address), timeout=10) as peer:
            peer.sendall(data)


def unknown_keys(room: KeyedRoom, ended: threading.Event) -> None:
    """Viewers that nobody has enrolled."""
    with ExitStack() as stack:
        while not ended.wait(0.05):
            stack.enter_context(room.viewer_with_an_unknown_key())


def garbage_to_health(room: KeyedRoom, ended: threading.Event) -> None:
    """To the port that tells how it fares."""
    address = room.daemon.health_address().removeprefix("http://")
    for data in garbage(Random(3)):
        if ended.wait(0.002):
            return
        with socket.create_connection(place_of(address), timeout=10) as peer:
            peer.sendall(data)


ATTACKS: tuple[Attack, ...] = (
    malformed_messages,
    garbage_connections,
    unknown_keys,
    garbage_to_health,
)


class Attacked(NamedTuple):
    """A daemon that has ended, its metrics after the attack, and bytes it logged an hour."""

    daemon: DaemonProcess
    metrics: dict[str, float]
    per_hour: float


@contextmanager
def under_attack(room: KeyedRoom) -> Iterator[None]:
    """All attacks at once."""
    ended = threading.Event()
    threads = [threading.Thread(target=attack, args=(room, ended)) for attack in ATTACKS]
    for thread in threads:
        thread.start()
    yield
    ended.set()
    for thread in threads:
        thread.join()


@pytest.fixture
def attacked(tmp_path: Path, small_bundle: Path) -> Callable[..., Attacked]:
    """Let a daemon be attacked for a while; it has ended then."""

    def attack(
        program: tuple[str, ...] = PROGRAM, first_s: float = FIRST_S, then_s: float = THEN_S
    ) -> Attacked:
        with KeyedRoom(tmp_path, small_bundle, program, "--log-format", "json") as room:
            with under_attack(room):
                time.sleep(first_s)
                before = len(room.daemon.log.encode())
                time.sleep(then_s)
                per_hour = (len(room.daemon.log.encode()) - before) * 3600 / then_s
            found = metrics(room.daemon)
        return Attacked(room.daemon, found, per_hour)

    return attack


def closest_s(daemon: DaemonProcess) -> float:
    """Shortest time between two lines of one kind."""
    times: dict[tuple[str, str], list[float]] = defaultdict(list)
    for line in log_of(daemon):
        at = datetime.fromisoformat(line["ts"]).timestamp()
        times[line["logger"], line["kind"]].append(at)
    gaps = [b - a for kind in times.values() for a, b in pairwise(kind)]
    return min(gaps, default=float("inf"))


def test_under_every_attack_at_once_the_log_keeps_its_budget(
    attacked: Callable[..., Attacked], goal: Record
) -> None:
    daemon, found, per_hour = attacked()

    left_out = sum(line["left_out"] for line in log_of(daemon))
    counted = found['steatoscope_log_lines_left_out_total{level="warning"}']
    goal(
        "O1",
        f"4 attacks at once for {FIRST_S + THEN_S:g} s: lines of a kind {closest_s(daemon):.2f} s "
        "apart, "
        f"{per_hour / 1e6:.2f} MB/h at that rate, {counted:.0f} lines left out and counted",
    )
    assert closest_s(daemon) >= 0.99
    assert per_hour <= MAX_BYTES_AN_HOUR
    assert 100 < left_out <= counted
    assert CANARY not in daemon.log


def test_without_the_limit_it_would_not(attacked: Callable[..., Attacked], goal: Record) -> None:
    """The control."""
    daemon, _, per_hour = attacked(odd_daemon.program(odd_daemon.chatty), 0.5, 1.5)

    goal("O1", "", control=f"without the limit: {per_hour / 1e6:.0f} MB/h")
    assert closest_s(daemon) < 0.1
    assert per_hour > MAX_BYTES_AN_HOUR
