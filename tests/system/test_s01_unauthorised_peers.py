"""S1, S2: whoever is not enrolled gets no message through, on either port, however it tries."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
import zmq

from edge.contract.messages import FrameInfo
from edge.sockets.authenticator import Authenticator
from edge.sockets.bus import Bus
from edge.sockets.enrolment import Enrolment
from edge.sockets.keyring import Keyring
from edge.sockets.keys import ClientKeys, KeyPair
from edge.sockets.link import Link
from edge.sockets.publisher import ScannerPublisher
from tests.daemon_messages import status
from tests.goals import Record
from tests.system.bare_scanner import BareScanner
from tests.system.conftest import encoded

PEERS = 20
TRIAL_S = 1.2
"""Longer than a handshake may take."""

Server = Bus | ScannerPublisher
Socket = zmq.Socket[bytes]

FRAME = FrameInfo(
    capture_ns=0, view="AR", width=16, height=16, format="gray8", spacing_mm=None, hold=None
)


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    """A server's keys; nobody is enrolled."""
    ring = Keyring(tmp_path / "keys")
    ring.create()
    return ring


class Clients:
    """Sockets of one context; closed at the end."""

    def __init__(self) -> None:
        self._context: zmq.Context[Socket] = zmq.Context()
        self._sockets: list[Socket] = []

    def subscriber(self) -> Socket:
        socket = self._context.socket(zmq.SUB)
        socket.linger = 0
        self._sockets.append(socket)
        return socket

    def close(self) -> None:
        for socket in self._sockets:
            socket.close()
        self._context.term()


@pytest.fixture
def clients() -> Iterator[Clients]:
    clients = Clients()
    yield clients
    clients.close()


def open_estimates(door: Authenticator) -> Bus:
    return Bus("tcp://127.0.0.1:*", door)


@contextmanager
def both_ports(door: Authenticator) -> Iterator[dict[str, Server]]:
    """A daemon's estimates port and a scanner's frames port."""
    with (
        open_estimates(door) as bus,
        ScannerPublisher("tcp://127.0.0.1:*", exam="exam-1", door=door) as publisher,
    ):
        yield {"estimates": bus, "frames": publisher}


def speak(server: Server) -> None:
    if isinstance(server, Bus):
        server.publish(*status())
        server.serve()
    else:
        server.frame(bytes(256), FRAME)


def with_unknown_key(socket: Socket, server_key: bytes) -> None:
    socket.curve_publickey, socket.curve_secretkey = zmq.curve_keypair()
    socket.curve_serverkey = server_key


def with_null(socket: Socket, server_key: bytes) -> None:
    """No security at all."""


def with_plain(socket: Socket, server_key: bytes) -> None:
    socket.plain_username, socket.plain_password = b"admin", b"admin"


def with_wrong_server_key(socket: Socket, server_key: bytes) -> None:
    with_unknown_key(socket, zmq.curve_keypair()[0])


Arming = Callable[[Socket, bytes], None]

PEER_KINDS: dict[str, Arming] = {
    "unknown key": with_unknown_key,
    "NULL": with_null,
    "PLAIN": with_plain,
    "wrong server key": with_wrong_server_key,
}


def connect(clients: Clients, server: Server, arm: Callable[[Socket], None]) -> Socket:
    socket = clients.subscriber()
    arm(socket)
    socket.subscribe("")
    socket.connect(server.endpoint)
    return socket


def messages_through(peers: dict[Server, list[Socket]], trial_s: float = TRIAL_S) -> list[int]:
    """How many messages the peers of each server get while all the servers speak."""
    got, ends_s = Counter[Server](), time.monotonic() + trial_s
    while time.monotonic() < ends_s:
        for server, sockets in peers.items():
            speak(server)
            got[server] += sum(
                bool(peer.poll(0)) and bool(peer.recv_multipart()) for peer in sockets
            )
        time.sleep(0.01)
    return [got[server] for server in peers]


@contextmanager
def door_of(
    keyring: Keyring, kind: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Authenticator]:
    """An authenticator that is well, or fails in one of three ways."""
    door = Authenticator(Enrolment(keyring.folder))
    if kind == "wrong domain":
        monkeypatch.setattr("edge.sockets.port.DOMAIN", "elsewhere")
    if kind == "no authenticator":
        yield door  # its socket is there, and nobody answers
        door.context.destroy(linger=0)
        return
    with door:
        if kind == "dead authenticator":
            door.stop()
        yield door


def arming(pair: KeyPair, server_key: bytes) -> Callable[[Socket], None]:
    """Gives a socket these keys."""

    def arm(socket: Socket) -> None:
        socket.curve_publickey, socket.curve_secretkey = encoded(pair)
        socket.curve_serverkey = server_key

    return arm


def enrol_friend(keyring: Keyring) -> Callable[[Socket], None]:
    """Enrol a pair; gives a socket its keys."""
    friend = KeyPair.draw()
    keyring.enrol("friend", friend.public)
    return arming(friend, keyring.own().public.encode())


@pytest.mark.parametrize("kind", PEER_KINDS)
def test_a_peer_that_is_not_enrolled_gets_nothing(
    keyring: Keyring, clients: Clients, kind: str, goal: Record
) -> None:
    server_key, arm_friend = keyring.own().public.encode(), enrol_friend(keyring)

    def arm_stranger(socket: Socket) -> None:
        PEER_KINDS[kind](socket, server_key)

    with Authenticator(Enrolment(keyring.folder)) as door, both_ports(door) as ports:
        servers = list(ports.values())
        strangers = {
            server: [connect(clients, server, arm_stranger) for _ in range(PEERS)]
            for server in servers
        }
        friends = {server: [connect(clients, server, arm_friend)] for server in servers}
        got = messages_through(strangers)
        served = messages_through(friends, 0.2)
        refused = [server.port.refused for server in servers]

    goal("S1", f"{kind}: {sum(got)} messages to 2 x {PEERS} peers, {min(refused)} refusals counted")
    assert got == [0, 0]
    assert min(served) > 0, "the enrolled peers beside them were not served"
    assert min(refused) >= PEERS


@pytest.mark.parametrize("kind", ["no authenticator", "dead authenticator", "wrong domain"])
def test_where_nobody_can_be_authenticated_nobody_gets_anything(
    keyring: Keyring, clients: Clients, monkeypatch: pytest.MonkeyPatch, kind: str, goal: Record
) -> None:
    """Neither keys that nobody knows nor one that is enrolled."""
    server_key, arm_friend = keyring.own().public.encode(), enrol_friend(keyring)

    def arm_stranger(socket: Socket) -> None:
        with_unknown_key(socket, server_key)

    with door_of(keyring, kind, monkeypatch) as door, both_ports(door) as ports:
        peers = {
            server: [
                connect(clients, server, arm)
                for arm in (arm_stranger, arm_friend)
                for _ in range(PEERS)
            ]
            for server in ports.values()
        }
        got = messages_through(peers)
        faults = [server.port.faults() for server in ports.values()]

    goal("S1", f"{kind}: {sum(got)} messages to 2 x {2 * PEERS} peers")
    assert got == [0, 0]
    assert [bool(found) for found in faults] == [kind != "wrong domain"] * 2


def test_the_harness_sees_what_gets_through_a_server_that_fails_open(
    keyring: Keyring, clients: Clients, goal: Record
) -> None:
    """The control: without ZAP_ENFORCE_DOMAIN libzmq lets every key in where nobody answers."""
    pair = encoded(keyring.own())
    with ExitStack() as stack:
        context = stack.enter_context(zmq.Context())
        socket = stack.enter_context(context.socket(zmq.XPUB))
        socket.linger = 0
        socket.curve_publickey, socket.curve_secretkey = pair
        socket.curve_server = True
        socket.zap_domain = b"steatoscope"
        port = socket.bind_to_random_port("tcp://127.0.0.1")
        peer = clients.subscriber()
        with_unknown_key(peer, pair[0])
        peer.subscribe("")
        peer.connect(f"tcp://127.0.0.1:{port}")
        got, ends_s = 0, time.monotonic() + TRIAL_S
        while time.monotonic() < ends_s:
            socket.send(b"open")
            got += bool(peer.poll(10)) and bool(peer.recv())

    for name in ("S1", "S2"):
        goal(name, control=f"without ZAP_ENFORCE_DOMAIN: {got} messages to an unknown key")
    assert got > 0


def test_an_authenticator_that_dies_admits_nobody_more_and_says_so(
    keyring: Keyring, clients: Clients, goal: Record
) -> None:
    server_key = keyring.own().public.encode()
    pairs = [KeyPair.draw() for _ in range(2)]
    for number, pair in enumerate(pairs):
        keyring.enrol(f"ward{number}", pair.public)
    with Authenticator(Enrolment(keyring.folder)) as door, open_estimates(door) as bus:
        inside = connect(clients, bus, arming(pairs[0], server_key))
        (before,) = messages_through({bus: [inside]})
        well = bus.port.faults()
        door.stop()
        outside = connect(clients, bus, arming(pairs[1], server_key))
        (got,) = messages_through({bus: [outside]})
        (still,) = messages_through({bus: [inside]}, 0.2)
        faults = bus.port.faults()

    goal("S2", f"authenticator stopped: {got} messages to an enrolled newcomer; fault told at once")
    assert (before > 0, well) == (True, ())
    assert (got, still > 0) == (0, True)
    assert "the authenticator is dead" in faults[0]


@pytest.mark.parametrize("kind", ["another key", "NULL"])
def test_a_link_takes_nothing_from_a_scanner_without_the_key(kind: str, goal: Record) -> None:
    true_key = KeyPair.draw()
    pair = zmq.curve_keypair() if kind == "another key" else None
    scanners = [BareScanner(curve_pair=pair) for _ in range(PEERS)]
    keys = ClientKeys(KeyPair.draw(), lambda: true_key.public)
    now_s = time.monotonic()
    links = [Link(scanner.endpoint, now_s, keys=keys) for scanner in scanners]
    got, ends_s = 0, now_s + TRIAL_S
    while (now_s := time.monotonic()) < ends_s:
        for scanner, link in zip(scanners, links, strict=True):
            scanner.frame()
            link.supervise(now_s)
            got += link.receive(now_s) is not None
        time.sleep(0.01)
    broken = [sum(link.counts.values()) for link in links]
    for scanner, link in zip(scanners, links, strict=True):
        link.close()
        scanner.close()

    goal("S1", f"scanner with {kind}: {got} messages taken on {PEERS} links")
    assert got == 0
    assert min(broken) > 0, "a link did not notice"


def test_a_link_takes_what_a_scanner_with_the_key_sends() -> None:
    """The control of the test above."""
    pair = KeyPair.draw()
    scanner = BareScanner(curve_pair=encoded(pair))
    link = Link(
        scanner.endpoint,
        time.monotonic(),
        keys=ClientKeys(KeyPair.draw(), lambda: pair.public),
    )
    ends_s = time.monotonic() + 10
    got = None
    while got is None and time.monotonic() < ends_s:
        scanner.frame()
        got = link.receive(time.monotonic())
    link.close()
    scanner.close()

    assert got is not None
