"""A viewer that asks for topics without end costs no memory, and nobody else the picture."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import zmq

from edge.sockets.bus import Bus
from edge.sockets.keys import KeyPair
from tests.goals import Record
from tests.system.bare_scanner import BareScanner
from tests.system.bare_viewer import BareViewer, Message
from tests.system.conftest import LockedRoom, Place, encoded
from tests.system.daemon_process import ROOT
from tests.system.footprint import footprint

TOPICS = 8_000
TOPIC_BYTES = 400
BACK_S = 2.0
FRAME_S = 1 / 30
GROWTH_MIB = 32

UNLIMITED = """
import os, sys, time, zmq
from edge.sockets import requests
from edge.sockets.bus import Bus
from tests.system.footprint import footprint

requests.MOST_BYTES = 2**40
topics, length = map(int, sys.argv[1:])
with Bus("tcp://127.0.0.1:*") as bus, zmq.Context() as context, context.socket(zmq.SUB) as viewer:
    viewer.linger = viewer.sndhwm = 0
    viewer.connect(bus.endpoint)
    for _ in range(topics):
        viewer.subscribe(os.urandom(length))
    before = footprint(os.getpid())
    ends_s = time.monotonic() + 20
    while len(bus._requests._topics) < topics and time.monotonic() < ends_s:
        bus.serve()
        time.sleep(0.01)
    print(footprint(os.getpid()).peak_mib - before.peak_mib)
"""
"""A bus that takes as many topics as are asked for."""

Pair = tuple[bytes, bytes]


@contextmanager
def flooder(
    address: str, pair: Pair | None = None, server: bytes = b""
) -> Iterator["zmq.Socket[bytes]"]:
    """A viewer that has asked for everything, and may ask for more."""
    with zmq.Context() as context, context.socket(zmq.SUB) as viewer:
        viewer.linger = 0
        viewer.sndhwm = 0
        if pair:
            viewer.curve_publickey, viewer.curve_secretkey = pair
            viewer.curve_serverkey = server
        viewer.subscribe("")
        viewer.connect(address)
        yield viewer


def flood(place: Place, viewer: "zmq.Socket[bytes]") -> float:
    """Made-up topics, while frames go on; seconds until the good viewer has its estimates again."""
    for number in range(TOPICS):
        viewer.subscribe(os.urandom(TOPIC_BYTES))
        if number % 100 == 0:
            place.scanner.frame()
            place.viewer.find(lambda _: True, 0.001)
    began_s = time.monotonic()
    while time.monotonic() - began_s < 10 * BACK_S:
        newest = place.scanner.seq
        place.scanner.frame()
        if place.viewer.find(partial(_is, newest), FRAME_S):
            break
    return time.monotonic() - began_s


def _is(seq: int, message: Message) -> bool:
    return message.fields.get("seq") == seq


def test_without_keys_no_memory_is_lost(room: Callable[..., Place]) -> None:
    place = room(BareScanner())
    place.meet()
    before = footprint(place.daemon.pid)

    with flooder(place.address) as viewer:
        back_s = flood(place, viewer)
        after = footprint(place.daemon.pid)

    assert place.daemon.running
    assert after.peak_mib - before.peak_mib <= GROWTH_MIB
    assert back_s <= BACK_S


def test_whoever_floods_is_kept_out_and_named(locked_room: LockedRoom, goal: Record) -> None:
    place, keyring = locked_room.place, locked_room.keyring
    place.meet()
    pair, server = KeyPair.draw(), encoded(keyring.own())[0]
    keyring.enrol("greedy", pair.public)
    time.sleep(1.1)
    before = footprint(place.daemon.pid)

    with flooder(place.address, encoded(pair), server) as viewer:
        place.scanner.frame()
        assert viewer.poll(5000), "control: it is let in at first"
        back_s = flood(place, viewer)
        after = footprint(place.daemon.pid)
        while viewer.poll(100):
            viewer.recv_multipart()
        place.scanner.frame()
        place.viewer.estimate(place.scanner.seq - 1)
        assert not viewer.poll(500)
    growth_mib = after.peak_mib - before.peak_mib
    audit = keyring.folder.parent / "state" / "audit"
    trail = "".join(file.read_text() for file in sorted(audit.glob("*.jsonl*")))

    goal(
        "S6",
        f"{TOPICS:,} made-up topics of an enrolled viewer: memory {growth_mib:+.1f} MiB, "
        f"it is kept out, the others have their estimates {back_s:.2f} s later",
    )
    assert place.daemon.running
    assert growth_mib <= GROWTH_MIB
    assert back_s <= BACK_S
    assert trail.count('"peer_expelled"') == 1
    assert '"greedy"' in trail


def test_without_the_limit_memory_is_lost() -> None:
    """The control."""
    words = [sys.executable, "-c", UNLIMITED, str(TOPICS // 2), str(TOPIC_BYTES)]
    ended = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True)

    assert float(ended.stdout) > 2 * GROWTH_MIB


def test_a_hundred_viewers_that_come_back_at_once_are_no_flood() -> None:
    topics = [f"{kind}/scanner-{n}" for kind in ("fat", "reading", "status") for n in range(12)]
    with Bus("tcp://127.0.0.1:*") as bus:
        viewers = [BareViewer(bus.endpoint, *topics) for _ in range(100)]
        ends_s = time.monotonic() + 2
        while time.monotonic() < ends_s:
            bus.serve()
            time.sleep(0.02)
        expelled = bus.port.counts["EXPELLED"]
        for viewer in viewers:
            viewer.close()

    assert expelled == 0
