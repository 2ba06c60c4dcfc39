"""G6, G7: a scanner that starts again, and a network that stops moving bytes."""

import time
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
import zmq

from edge.sockets.keys import ClientKeys, KeyPair, secure_client
from edge.sockets.link import Link
from edge.sockets.monitor import Monitor
from edge.sockets.settings import LINK, configure
from tests.goals import Record
from tests.system.bare_scanner import BareScanner
from tests.system.conftest import encoded
from tests.system.fault_proxy import FaultProxy

PATIENCE_S = 10.0
NOTICED_S = 1.4
"""250 + 750 ms of heartbeats, and a margin for a busy machine; the silence tells after 1.5 s."""

HEALED_S = 1.5


@pytest.fixture
def pair() -> KeyPair:
    return KeyPair.draw()


@pytest.fixture
def scanner(pair: KeyPair) -> Iterator[BareScanner]:
    scanner = BareScanner(curve_pair=encoded(pair))
    yield scanner
    scanner.close()


def link_to(address: str, pair: KeyPair) -> Link:
    keys = ClientKeys(KeyPair.draw(), lambda: pair.public)
    return Link(address, time.monotonic(), keys=keys)


def received(link: Link) -> bool:
    now_s = time.monotonic()
    link.supervise(now_s)
    return link.receive(now_s) is not None


def seconds_until(happened: Callable[[], bool], scanner: BareScanner | None = None) -> float:
    """How long until it happened, while the scanner, if there is one, sends frames."""
    started_s = time.monotonic()
    while not happened() and time.monotonic() - started_s < PATIENCE_S:
        if scanner:
            scanner.frame()
        time.sleep(0.01)
    return time.monotonic() - started_s


@pytest.mark.parametrize(
    ("trials", "outage_s"),
    [
        (10, 0.0),
        (1, 2.0),
        pytest.param(50, 0.0, marks=pytest.mark.soak),
        pytest.param(3, 60.0, marks=[pytest.mark.soak, pytest.mark.timeout(300)]),
    ],
)
def test_a_scanner_that_starts_again_is_heard_within_half_a_second(
    pair: KeyPair, scanner: BareScanner, trials: int, outage_s: float, goal: Record
) -> None:
    link = link_to(scanner.endpoint, pair)
    assert seconds_until(lambda: received(link), scanner) < PATIENCE_S
    back_s: list[float] = []
    for _ in range(trials):
        scanner.close()
        ends_s = time.monotonic() + outage_s
        while received(link) or time.monotonic() < ends_s:
            time.sleep(0.01)
        scanner.open_again(encoded(pair))
        back_s.append(seconds_until(lambda: received(link), scanner))
    link.close()

    back_s.sort()
    p95_s = back_s[int(0.95 * (trials - 1))]
    goal("G6", f"{trials} restarts after {outage_s:g} s: p95 {p95_s:.2f} s, max {back_s[-1]:.2f} s")
    assert back_s[-1] <= 1.0, back_s
    assert p95_s <= 0.5, back_s


def test_a_socket_that_tries_again_every_few_seconds_is_too_late(
    pair: KeyPair, scanner: BareScanner, goal: Record
) -> None:
    """The control: the link's settings but for the pause between two attempts."""
    slow = {**LINK, zmq.RECONNECT_IVL: 3000, zmq.RECONNECT_IVL_MAX: 3000}
    with zmq.Context() as context:
        socket: zmq.Socket[bytes] = context.socket(zmq.SUB)
        configure(socket, slow, scanner.endpoint)
        secure_client(socket, KeyPair.draw(), pair.public)
        socket.subscribe("")
        socket.connect(scanner.endpoint)

        def heard() -> bool:
            return bool(socket.poll(0)) and bool(socket.recv_multipart())

        assert seconds_until(heard, scanner) < PATIENCE_S
        scanner.close()
        while heard():
            pass
        time.sleep(0.2)
        scanner.open_again(encoded(pair))
        back_s = seconds_until(heard, scanner)
        socket.close(linger=0)

    goal("G6", control=f"an attempt every 3 s: {back_s:.1f} s")
    assert back_s > 1.0


def test_a_network_that_stops_moving_bytes_is_noticed_and_comes_back(
    pair: KeyPair, scanner: BareScanner, goal: Record
) -> None:
    with FaultProxy(scanner.endpoint) as proxy:
        link = link_to(proxy.address, pair)
        assert seconds_until(lambda: received(link), scanner) < PATIENCE_S
        quiet = Counter(link.counts)
        proxy.frozen.set()

        def noticed() -> bool:
            received(link)
            return link.counts["DISCONNECTED"] > quiet["DISCONNECTED"]

        noticed_s = seconds_until(noticed, scanner)
        ends_s = time.monotonic() + 2.0
        while time.monotonic() < ends_s:
            received(link)
            time.sleep(0.01)
        proxy.frozen.clear()
        healed_s = seconds_until(lambda: received(link), scanner)
        link.close()

    goal("G7", f"cut noticed after {noticed_s:.2f} s, frames {healed_s:.2f} s after it healed")
    assert quiet["DISCONNECTED"] == 0
    assert noticed_s <= NOTICED_S
    assert healed_s <= HEALED_S


def test_without_heartbeats_it_is_not_noticed(
    pair: KeyPair, scanner: BareScanner, goal: Record
) -> None:
    """The control: the same settings less the heartbeats."""
    heartbeats = (zmq.HEARTBEAT_IVL, zmq.HEARTBEAT_TIMEOUT, zmq.HEARTBEAT_TTL)
    settings = {option: value for option, value in LINK.items() if option not in heartbeats}
    counts: Counter[str] = Counter()
    with FaultProxy(scanner.endpoint) as proxy, zmq.Context() as context:
        socket: zmq.Socket[bytes] = context.socket(zmq.SUB)
        configure(socket, settings, proxy.address)
        secure_client(socket, KeyPair.draw(), pair.public)
        socket.subscribe("")
        monitor = Monitor(socket, zmq.EVENT_DISCONNECTED)
        socket.connect(proxy.address)
        heard_s = seconds_until(
            lambda: bool(socket.poll(0)) and bool(socket.recv_multipart()), scanner
        )
        proxy.frozen.set()
        noticed = monitor.wait_for(zmq.EVENT_DISCONNECTED, counts, round(2000 * NOTICED_S))
        monitor.close()
        socket.close()

    goal("G7", "", control=f"without heartbeats: not noticed in {2 * NOTICED_S:.1f} s")
    assert heard_s < PATIENCE_S
    assert not noticed
