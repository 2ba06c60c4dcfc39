"""Links that break, peers that lie, starts that are refused, and an end in good order."""

import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import zmq

from edge.contract.crop import CropSpec
from tests.bundles import Line, make_bundle
from tests.system.bare_scanner import BareScanner
from tests.system.bare_viewer import Message
from tests.system.conftest import Place
from tests.system.daemon_process import DaemonProcess

Room = Callable[..., Place]

HTTP = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
SILENCE = b""
OVERSIZED_BYTES = 9 * 2**20


def is_estimate_of(scanner: BareScanner) -> Callable[[Message], bool]:
    return lambda message: message.kind == "fat" and message.fields["epoch"] == scanner.epoch


def seconds_to_first_estimate(place: Place, limit_s: float) -> float:
    """Send a frame every 20 ms, as a scanner does, until one is answered."""
    started_s = time.monotonic()
    while not place.viewer.find(is_estimate_of(place.scanner), 0.02):
        place.scanner.frame()
        assert time.monotonic() - started_s < limit_s, place.daemon.log
    return time.monotonic() - started_s


def has_ipv6_loopback() -> bool:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


@contextmanager
def impostor(address: str, answer: bytes) -> Iterator[threading.Event]:
    """A TCP server in the scanner's place that answers with fixed bytes; tells when it has."""
    host, _, port = address.removeprefix("tcp://").rpartition(":")
    answered = threading.Event()
    taken: list[socket.socket] = []

    def serve() -> None:
        while True:
            try:
                peer, _ = server.accept()
            except OSError:  # closed
                return
            taken.append(peer)
            peer.sendall(answer)
            if answer:
                peer.shutdown(socket.SHUT_WR)
            answered.set()

    with socket.create_server((host, int(port))) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield answered
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()
            for peer in taken:
                peer.close()


def test_frames_flow_again_within_a_second_of_a_scanners_restart(room: Room) -> None:
    place = room(BareScanner())
    place.meet()
    place.scanner.frame()
    place.viewer.estimate(seq=0)

    place.scanner.restart()

    assert seconds_to_first_estimate(place, limit_s=10) <= 1.0


@pytest.mark.parametrize(
    "answer",
    [b"\x00\xff garbage \xfe" * 100, HTTP, SILENCE],
    ids=["garbage", "an HTTP reply", "silence"],
)
def test_an_impostor_on_the_scanners_port_does_not_keep_the_scanner_out(
    room: Room, answer: bytes
) -> None:
    scanner = BareScanner()
    scanner.close()
    with impostor(scanner.endpoint, answer) as fooled:
        place = room(scanner)
        assert fooled.wait(10), "the daemon did not connect"

    place.scanner.restart()

    assert seconds_to_first_estimate(place, limit_s=10) <= 4.0


def test_an_oversized_message_does_not_cut_the_scanner_off_for_good(room: Room) -> None:
    place = room(BareScanner())
    place.meet()
    place.scanner.send(b"frame", b"\x80", bytes(OVERSIZED_BYTES))

    assert seconds_to_first_estimate(place, limit_s=10) <= 4.0


def test_a_scanner_with_a_key_is_read(room: Room) -> None:
    public, secret = zmq.curve_keypair()
    place = room(BareScanner(curve_pair=(public, secret)), server_key=public.decode())
    place.meet()

    place.scanner.frame()

    assert place.viewer.estimate(seq=0).fields["fat_pct"] == 8.0


@pytest.mark.skipif(not has_ipv6_loopback(), reason="this host has no IPv6 loopback address")
def test_a_scanner_on_the_ipv6_loopback_is_read(room: Room) -> None:
    place = room(BareScanner("tcp://[::1]:*"))
    place.meet()

    place.scanner.frame()

    assert place.viewer.estimate(seq=0).fields["fat_pct"] == 8.0


def test_a_scanner_on_a_unix_socket_is_read(room: Room, tmp_path: Path) -> None:
    place = room(BareScanner(f"ipc://{tmp_path}/scanner"))
    place.meet()

    place.scanner.frame()

    assert place.viewer.estimate(seq=0).fields["fat_pct"] == 8.0


@pytest.mark.parametrize("with_key", [False, True], ids=["no key", "another key"])
def test_a_scanner_without_the_right_key_is_not_heard_but_the_right_one_is(
    room: Room, with_key: bool
) -> None:
    public, secret = zmq.curve_keypair()
    place = room(
        BareScanner(curve_pair=zmq.curve_keypair() if with_key else None),
        server_key=public.decode(),
    )
    for _ in range(50):
        place.scanner.frame()
        assert not place.viewer.find(is_estimate_of(place.scanner), 0.02)

    place.scanner.restart((public, secret))

    assert seconds_to_first_estimate(place, limit_s=10) <= 4.0


def test_a_scanner_that_stops_its_frames_is_stale_and_one_that_falls_silent_is_gone(
    room: Room,
) -> None:
    place = room(BareScanner())
    nothing = place.viewer.until(lambda message: message.fields.get("state") == "no_source")
    while not place.viewer.find(lambda message: message.fields.get("state") == "ready", 0.1):
        place.scanner.frame()
    last_frame_ns = time.time_ns()

    stale = place.until_status(lambda fields: fields["state"] == "stale")
    heard_ns = time.time_ns()
    gone = place.viewer.until(lambda message: message.fields.get("state") == "no_source")

    assert nothing.fields["ledger"]["sent"] == 0
    assert (stale["publish_ns"] - last_frame_ns) / 1e9 <= 1.0 + 1.5
    assert (gone.fields["publish_ns"] - heard_ns) / 1e9 <= 2.5 + 1.5


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_reads_what_waits_says_so_and_ends_well(
    room: Room, number: signal.Signals
) -> None:
    place = room(BareScanner())
    place.meet()
    for _ in range(4):
        place.scanner.frame()
    place.viewer.estimate(seq=0)

    place.daemon.signal(number)
    reading = place.viewer.until(lambda message: message.kind == "reading").fields
    place.viewer.until(lambda message: message.fields.get("state") == "stopping")

    assert place.daemon.wait() == 0
    assert (reading["exam"], reading["views"]["AR"]["median_pct"]) == ("exam-1", 8.0)
    estimates = place.viewer.estimates("exam-1")
    assert reading["views"]["AR"]["frames"] == len(estimates) == estimates[-1]["frames"]


def test_it_stops_though_more_frames_come_than_it_can_read(room: Room, tmp_path: Path) -> None:
    twelve = Line(0.0, 12.0)
    slow = make_bundle(tmp_path / "slow", ar=twelve, hr=twelve, crop=CropSpec(size=5000))
    place = room(BareScanner(send_hwm=100), bundle=slow)
    place.meet()
    stopped = threading.Event()

    def flood() -> None:
        while not stopped.wait(0.001):
            place.scanner.frame()

    flooding = threading.Thread(target=flood)
    flooding.start()
    try:
        place.viewer.until(lambda message: message.fields.get("exam") == "exam-1")
        place.daemon.signal(signal.SIGTERM)
        assert place.daemon.wait(5) == 0
    finally:
        stopped.set()
        flooding.join()


WRONG_SETTINGS = {
    "an unknown key": "colour = 3",
    "a wrong value": 'provider = "gpu"',
    "no such bundle": 'bundle = "/no/such/folder"',
    "an address that is not on loopback": '[[scanner]]\nname = "a"\nframes = "tcp://10.0.0.7:5555"',
    "a port out of range": '[[scanner]]\nname = "a"\nframes = "tcp://127.0.0.1:99999"',
    "a wildcard to connect to": '[[scanner]]\nname = "a"\nframes = "tcp://127.0.0.1:*"',
    "a broken IPv6 address": '[[scanner]]\nname = "a"\nframes = "tcp://[::1"',
    "a key that is not Z85": "[[scanner]]\nname = 'a'\nframes = 'tcp://127.0.0.1:5'\n"
    f"server_key = '{'~' * 40}'",
    "a key that Z85 cannot hold": "[[scanner]]\nname = 'a'\nframes = 'tcp://127.0.0.1:5'\n"
    f"server_key = '{'#' * 40}'",
    "an ipc path that is too long": f'[[scanner]]\nname = "a"\nframes = "ipc:///{"p" * 120}"',
    "not UTF-8": b"\xff\xfe",
    "not TOML": "scanner = [",
}


@pytest.mark.parametrize("wrong", WRONG_SETTINGS.values(), ids=WRONG_SETTINGS.keys())
def test_wrong_settings_are_refused_before_any_socket_opens(
    tmp_path: Path, small_bundle: Path, wrong: str | bytes
) -> None:
    settings = tmp_path / "edge.toml"
    text = wrong if isinstance(wrong, bytes) else wrong.encode()
    settings.write_bytes(text)
    more = [] if b"bundle" in text else ["--bundle", small_bundle]
    # The address is taken: had it been bound first, the exit code would be 3.
    with socket.create_server(("127.0.0.1", 0)) as taken:
        bind = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        daemon = DaemonProcess("--config", settings, "--bind", bind, *more)
        code = daemon.wait()
        daemon.end()

    assert (code, len(daemon.lines)) == (2, 1), daemon.log
    assert "Traceback" not in daemon.log


def test_a_taken_address_is_named_and_nothing_runs(tmp_path: Path, small_bundle: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        bind = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        daemon = DaemonProcess("--bundle", small_bundle, "--bind", bind)
        code = daemon.wait()
        daemon.end()

    assert code == 3
    assert f"{bind}: cannot bind: Address already in use" in daemon.log
    assert "Traceback" not in daemon.log
