"""S1, S2: whoever is not enrolled gets no message through, on either port, however it tries."""

import time
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


def open_frames(door: Authenticator) -> ScannerPublisher:
    return ScannerPublisher("tcp://127.0.0.1:*", exam="exam-1", door=door)


PORTS: dict[str, Callable[[Authenticator], Server]] = {
    "estimates": open_estimates,
    "frames": open_frames,
}


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


def messages_through(server: Server, peers: list[Socket], trial_s: float = TRIAL_S) -> int:
    """How many messages the peers get while the server speaks."""
    got, ends_s = 0, time.monotonic() + trial_s
    while time.monotonic() < ends_s:
        speak(server)
        time.sleep(0.01)
        got += sum(bool(peer.poll(0)) and bool(peer.recv_multipart()) for peer in peers)
    return got


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


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize("kind", PEER_KINDS)
def test_a_peer_that_is_not_enrolled_gets_nothing(
    keyring: Keyring, clients: Clients, port: str, kind: str
) -> None:
    server_key = keyring.own().public.encode()
    friend = KeyPair.draw()
    keyring.enrol("friend", friend.public)

    def arm_friend(socket: Socket) -> None:
        socket.curve_publickey, socket.curve_secretkey = encoded(friend)
        socket.curve_serverkey = server_key

    with Authenticator(Enrolment(keyring.folder)) as door, PORTS[port](door) as server:
        arm = PEER_KINDS[kind]
        strangers = [
            connect(clients, server, lambda socket: arm(socket, server_key)) for _ in range(PEERS)
        ]
        enrolled = connect(clients, server, arm_friend)
        got = messages_through(server, strangers)
        served = messages_through(server, [enrolled], 0.2)
        refused = server.refused

    assert got == 0
    assert served > 0, "the enrolled peer beside them was not served"
    assert refused >= PEERS


@pytest.mark.parametrize("port", PORTS)
@pytest.mark.parametrize("kind", ["no authenticator", "dead authenticator", "wrong domain"])
def test_where_nobody_can_be_authenticated_nobody_gets_anything(
    keyring: Keyring,
    clients: Clients,
    monkeypatch: pytest.MonkeyPatch,
    port: str,
    kind: str,
) -> None:
    server_key = keyring.own().public.encode()
    with door_of(keyring, kind, monkeypatch) as door, PORTS[port](door) as server:
        peers = [
            connect(clients, server, lambda socket: with_unknown_key(socket, server_key))
            for _ in range(PEERS)
        ]
        got = messages_through(server, peers)
        faults = server.faults()

    assert got == 0
    assert bool(faults) == (kind != "wrong domain")


def test_the_harness_sees_what_gets_through_a_server_that_fails_open(
    keyring: Keyring, clients: Clients
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

    assert got > 0


def test_an_authenticator_that_dies_admits_nobody_more_and_says_so(
    keyring: Keyring, clients: Clients
) -> None:
    server_key = keyring.own().public.encode()
    pairs = [KeyPair.draw() for _ in range(2)]
    for number, pair in enumerate(pairs):
        keyring.enrol(f"ward{number}", pair.public)

    def peer(server: Bus, pair: KeyPair) -> Socket:
        def arm(socket: Socket) -> None:
            socket.curve_publickey, socket.curve_secretkey = encoded(pair)
            socket.curve_serverkey = server_key

        return connect(clients, server, arm)

    with Authenticator(Enrolment(keyring.folder)) as door, open_estimates(door) as bus:
        inside = peer(bus, pairs[0])
        before = messages_through(bus, [inside])
        well = bus.faults()
        door.stop()
        outside = peer(bus, pairs[1])
        got = messages_through(bus, [outside])
        still = messages_through(bus, [inside], 0.2)
        faults = bus.faults()

    assert (before > 0, well) == (True, ())
    assert (got, still > 0) == (0, True)
    assert "the authenticator is dead" in faults[0]


@pytest.mark.parametrize("kind", ["another key", "NULL"])
def test_a_link_takes_nothing_from_a_scanner_without_the_key(kind: str) -> None:
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
