"""A viewer that asks for topics without end costs no memory, and nobody else the picture."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
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
from tests.system.zmtp import greeting, place_of, ready

TOPICS = 8_000
TOPIC_BYTES = 400
BACK_S = 2.0
BLAST_S = 3.0
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

GREETING, READY = greeting(b"NULL"), ready(b"SUB")
"""A viewer's first words without keys."""

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


@contextmanager
def blasting(address: str) -> Iterator[None]:
    """Two peers that say over and over what `viewer.subscribe` would, as fast as they are read."""
    topics = (b"\x01" + os.urandom(100) for _ in range(20_000))
    data = b"".join(bytes((0, len(topic))) + topic for topic in topics)
    ended = threading.Event()
    peers = [threading.Thread(target=_blast, args=(address, data, ended)) for _ in range(2)]
    for peer in peers:
        peer.start()
    try:
        yield
    finally:
        ended.set()
        for peer in peers:
            peer.join()


def _blast(address: str, data: bytes, ended: threading.Event) -> None:
    while not ended.is_set():
        with (
            suppress(OSError),  # it is cut off, and comes back
            socket.create_connection(place_of(address), timeout=2) as peer,
        ):
            peer.sendall(GREETING)
            peer.recv(len(GREETING))
            peer.sendall(READY)
            while not ended.is_set():
                peer.send(data)


def flood(place: Place, viewer: "zmq.Socket[bytes]") -> None:
    """Made-up topics, while frames go on."""
    for number in range(TOPICS):
        viewer.subscribe(os.urandom(TOPIC_BYTES))
        if number % 100 == 0:
            place.scanner.frame()
            place.viewer.find(lambda _: True, 0.001)


def seconds_to_an_estimate(place: Place) -> float:
    """Until the good viewer gets that of a frame sent from now on, or far too long has passed."""
    began_s = time.monotonic()
    while time.monotonic() - began_s < 10 * BACK_S:
        newest = place.scanner.seq
        place.scanner.frame()
        if place.viewer.find(partial(_is, newest), FRAME_S):
            break
    return time.monotonic() - began_s


def goes_silent(place: Place, viewer: "zmq.Socket[bytes]") -> bool:
    """Whether the viewer gets nothing any more of a frame, within a while."""
    ends_s = time.monotonic() + 10 * BACK_S
    while time.monotonic() < ends_s:
        while viewer.poll(0):
            viewer.recv_multipart()
        place.scanner.frame()
        if not viewer.poll(500):
            return True
    return False


def _is(seq: int, message: Message) -> bool:
    return message.fields.get("seq") == seq


def test_without_keys_no_memory_is_lost(room: Callable[..., Place]) -> None:
    place = room(BareScanner())
    place.meet()
    before = footprint(place.daemon.pid)

    with flooder(place.address) as viewer:
        flood(place, viewer)
        back_s = seconds_to_an_estimate(place)
        after = footprint(place.daemon.pid)

    assert place.daemon.running
    assert after.peak_mib - before.peak_mib <= GROWTH_MIB
    assert back_s <= BACK_S


def test_as_many_as_a_socket_takes_do_not_stop_the_loop(
    room: Callable[..., Place], goal: Record
) -> None:
    """It is the loop in whose time libzmq stores them: a frame must find it free."""
    place = room(BareScanner())
    place.meet()
    before = footprint(place.daemon.pid)
    gaps_s = [0.0]

    with blasting(place.address):
        last_s = time.monotonic()
        ends_s = last_s + BLAST_S
        while time.monotonic() < ends_s:
            place.scanner.frame()
            if place.viewer.find(lambda message: message.kind == "fat", FRAME_S):
                gaps_s.append(time.monotonic() - last_s)
                last_s += gaps_s[-1]
    growth_mib = footprint(place.daemon.pid).peak_mib - before.peak_mib

    goal(
        "S6",
        f"{BLAST_S:g} s of topics at full speed: memory {growth_mib:+.1f} MiB, "
        f"{len(gaps_s) - 1} estimates meanwhile, {max(gaps_s):.2f} s apart at most",
    )
    assert place.daemon.running
    assert growth_mib <= GROWTH_MIB
    assert len(gaps_s) > 10
    assert max(gaps_s) <= BACK_S


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
        flood(place, viewer)
        assert goes_silent(place, viewer)
        back_s = seconds_to_an_estimate(place)
        after = footprint(place.daemon.pid)
    growth_mib = after.peak_mib - before.peak_mib
    audit = keyring.folder.parent / "state" / "audit"
    trail = "".join(file.read_text() for file in sorted(audit.glob("*.jsonl*")))

    goal(
        "S6",
        f"{TOPICS:,} made-up topics of an enrolled viewer: memory {growth_mib:+.1f} MiB, "
        f"it is kept out; once it is, the others have the next estimate after {back_s:.2f} s",
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
