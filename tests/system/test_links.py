"""Links that break and peers that lie: the true scanner is heard again soon."""

import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
import zmq

import edge.daemon
from edge.daemon import Scanner
from edge.inbox import Inbox
from edge.pipeline import Pipeline
from tests.system.bare_scanner import BareScanner
from tests.system.bare_viewer import Message
from tests.system.conftest import Place
from tests.system.impostors import HTTP, OVERSIZED_BYTES, answering

Room = Callable[..., Place]


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


def test_frames_flow_again_within_a_second_of_a_scanners_restart(room: Room) -> None:
    place = room(BareScanner())
    place.meet()
    place.scanner.frame()
    place.viewer.estimate(seq=0)

    place.scanner.restart()

    assert seconds_to_first_estimate(place, limit_s=10) <= 1.0


def test_an_impostor_on_the_scanners_port_does_not_keep_the_scanner_out(room: Room) -> None:
    scanner = BareScanner()
    scanner.close()
    with answering(scanner.endpoint, HTTP) as fooled:
        place = room(scanner)
        assert fooled.wait(10), "the daemon did not connect"

    place.scanner.restart()

    assert seconds_to_first_estimate(place, limit_s=10) <= 1.5


def test_an_oversized_message_does_not_cut_the_scanner_off_for_good(room: Room) -> None:
    place = room(BareScanner())
    place.meet()
    place.scanner.send(b"frame", b"\x80", bytes(OVERSIZED_BYTES))

    assert seconds_to_first_estimate(place, limit_s=10) <= 1.5


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

    assert seconds_to_first_estimate(place, limit_s=10) <= 1.5


@pytest.mark.goal("C6", control="stale after 3 s instead of 1: still ready after 2 s")
def test_control_a_later_limit_would_leave_it_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    now_ns = 10_000_000_000
    inbox = Inbox(threading.Condition())
    inbox.heard_ns = now_ns
    model = SimpleNamespace(runner=SimpleNamespace(info=SimpleNamespace(flags=[])))
    scanner = Scanner("room", inbox, cast("Pipeline", model), last_frame_ns=now_ns - 2_000_000_000)

    honest = scanner.state(now_ns)
    monkeypatch.setattr(edge.daemon, "STALE_NS", 3_000_000_000)

    assert (honest, scanner.state(now_ns)) == ("stale", "ready")


@pytest.mark.goal("C6", "stale is told with the first status after 1.0 s without a frame")
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
