"""S6: thousands of connections that are no viewers, and hundreds that say nothing."""

import resource
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import islice
from pathlib import Path
from random import Random

import pytest
import zmq

from edge.sockets.keyring import Keyring
from edge.sockets.keys import KeyPair, secure_client
from tests.goals import Record
from tests.system.conftest import LockedRoom, Place
from tests.system.daemon_process import ROOT
from tests.system.footprint import Footprint, footprint
from tests.system.zmtp import greeting, place_of

GARBAGE_CONNECTIONS = 3_000
FRAMES_MEANWHILE = 30
IDLE_CONNECTIONS = 400
DESCRIPTORS = 256
SERVED_S = 2.0
FRAME_S = 1 / 30

GREETING = greeting(b"CURVE")

HELLO = b"\x04\xc8\x05HELLO" + bytes(194)
"""CURVE's first command (RFC 26), 200 bytes long, without a key that fits."""


def garbage(random: Random) -> Iterator[bytes]:
    """First bytes of a connection, each wrong in some way, without end."""
    while True:
        yield random.randbytes(random.randrange(1, 300))
        yield b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
        yield GREETING + HELLO
        yield GREETING + random.randbytes(random.randrange(300))
        yield GREETING[: random.randrange(len(GREETING))]
        spoilt = bytearray(GREETING + HELLO)
        spoilt[random.randrange(len(spoilt))] ^= 1 << random.randrange(8)
        yield bytes(spoilt)


def throw(address: str, data: bytes) -> None:
    with socket.create_connection(place_of(address), timeout=10) as peer:
        peer.sendall(data)


@contextmanager
def idle(address: str) -> Iterator[None]:
    """Connections on which nothing is said."""
    with ExitStack() as stack:
        for _ in range(IDLE_CONNECTIONS):
            peer = stack.enter_context(socket.socket())
            peer.setblocking(False)
            peer.connect_ex(place_of(address))
            # One after the other; those for whom the server has no room stay in its queue.
            select.select([], [peer], [], 0.01)
        yield


def seconds_to_be_served(address: str, pair: KeyPair, server_key: str) -> float:
    """Until a viewer that connects now gets its first message, or a while too long has passed."""
    with zmq.Context() as context, context.socket(zmq.SUB) as viewer:
        viewer.linger = 0
        secure_client(viewer, pair, server_key)
        viewer.subscribe("")
        started_s = time.monotonic()
        viewer.connect(address)
        viewer.poll(round(1500 * SERVED_S))
        return time.monotonic() - started_s


def enrolled(keyring: Keyring) -> KeyPair:
    """A viewer's keys, which the daemon knows by now."""
    pair = KeyPair.draw()
    keyring.enrol("late", pair.public)
    time.sleep(1.1)
    return pair


def settled(pid: int, descriptors: int, limit_s: float = 5.0) -> Footprint:
    """The footprint once no more descriptors than these are left, or the time is up."""
    ends_s = time.monotonic() + limit_s
    while (now := footprint(pid)).descriptors > descriptors and time.monotonic() < ends_s:
        time.sleep(0.1)
    return now


def warm_up(place: Place, wrong: Iterator[bytes]) -> None:
    """Have the daemon take what its first frames and first such connections take for good."""
    for data in islice(wrong, 300):
        throw(place.address, data)
    for _ in range(FRAMES_MEANWHILE):
        time.sleep(FRAME_S)
        place.scanner.frame()
    place.viewer.estimate(place.scanner.seq - 1)
    time.sleep(1.2)


def test_three_thousand_garbage_connections_change_nothing(
    locked_room: LockedRoom, goal: Record
) -> None:
    place = locked_room.place
    place.meet()
    wrong = garbage(Random(6))
    warm_up(place, wrong)
    before = footprint(place.daemon.pid)

    first, due_s = place.scanner.seq, time.monotonic()
    thrown = 0
    while thrown < GARBAGE_CONNECTIONS or place.scanner.seq - first < FRAMES_MEANWHILE:
        throw(place.address, next(wrong))
        thrown += 1
        if time.monotonic() >= due_s:
            due_s = time.monotonic() + FRAME_S
            place.scanner.frame()
            place.viewer.find(lambda _: True, 0.0005)
    sent = place.scanner.seq - first
    ledger = place.viewer.estimate(place.scanner.seq - 1).fields["ledger"]

    got = {fields["seq"] for fields in place.viewer.estimates("exam-1")}
    after = settled(place.daemon.pid, before.descriptors)
    served = len([seq for seq in got if seq >= first])
    growth_mib = after.resident_mib - before.resident_mib
    pair, server_key = enrolled(locked_room.keyring), locked_room.keyring.own().public
    served_s = seconds_to_be_served(place.address, pair, server_key)
    goal(
        "S6",
        f"{thrown:,} garbage connections: {served} of {sent} frames read meanwhile, "
        f"memory {growth_mib:+.1f} MiB, a new viewer served after {served_s:.2f} s",
    )
    assert place.daemon.running
    assert served >= 0.9 * sent > 10, ledger
    assert after.descriptors <= before.descriptors
    assert growth_mib <= 2
    assert served_s <= SERVED_S


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    ring = Keyring(tmp_path)
    ring.create()
    return ring


def test_four_hundred_idle_connections_do_not_keep_a_viewer_out(
    locked_room: LockedRoom, goal: Record
) -> None:
    place = locked_room.place
    place.meet()
    pair, server_key = enrolled(locked_room.keyring), locked_room.keyring.own().public
    resource.prlimit(place.daemon.pid, resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))

    with idle(place.address):
        served_s = seconds_to_be_served(place.address, pair, server_key)

    goal("S6", f"{IDLE_CONNECTIONS} idle connections: a new viewer served after {served_s:.2f} s")
    assert served_s <= SERVED_S
    assert place.daemon.running


def test_with_libzmqs_own_patience_they_would(keyring: Keyring, goal: Record) -> None:
    """The control: 30 s for a handshake, libzmq's default."""
    pair = enrolled(keyring)
    command = [sys.executable, "-m", "tests.system.patient_port", str(keyring.folder), "30000"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            address = server.stdout.readline().strip()
            alone_s = seconds_to_be_served(address, pair, keyring.own().public)
            resource.prlimit(server.pid, resource.RLIMIT_NOFILE, (DESCRIPTORS, DESCRIPTORS))
            with idle(address):
                crowded_s = seconds_to_be_served(address, pair, keyring.own().public)
        finally:
            server.kill()

    goal("S6", control=f"libzmq's own 30 s for a handshake: not served in {crowded_s:.1f} s")
    assert alone_s <= SERVED_S < crowded_s
