"""O2, and of S2 what health tells: ready says whether frames become estimates, live whether only
a new start can help, and nobody who asks brings it down.
"""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.goals import Record
from tests.system import odd_daemon
from tests.system.bare_scanner import BareScanner
from tests.system.conftest import LockedRoom, Place
from tests.system.daemon_process import DaemonProcess, running, write_settings
from tests.system.probe import ask, metrics, until
from tests.system.steady_scanner import SteadyScanner

NOT_READY_S = 2.0 + 0.6
"""Two seconds, the page's age, and what a busy machine adds."""


@pytest.fixture
def scanner() -> Iterator[BareScanner]:
    made = BareScanner()
    yield made
    made.close()


@pytest.fixture
def odd(
    tmp_path: Path, small_bundle: Path, scanner: BareScanner
) -> Iterator[Callable[..., DaemonProcess]]:
    """Start a daemon that turns odd in a given way once `tmp_path / "odd"` exists."""
    settings = write_settings(
        tmp_path / "edge.toml", small_bundle, {"room": (scanner.endpoint, "")}
    )
    with ExitStack() as ends:

        def start(kind: Callable[[], None]) -> DaemonProcess:
            # Under a service manager that kills nobody for a minute, or it would end itself.
            manager = {"NOTIFY_SOCKET": "@nobody", "WATCHDOG_USEC": "60000000"}
            environment = {"ODD": str(tmp_path / "odd"), **manager}
            return ends.enter_context(running(settings, odd_daemon.program(kind), environment))

        yield start


def test_with_no_scanner_it_is_live_and_ready_and_with_frames_it_says_so(place: Place) -> None:
    name = f"scanner {place.name}"
    assert ask(place.daemon, "/healthz").status == 200
    with SteadyScanner(place.scanner):
        answer, _ = until(
            place.daemon, "/readyz", lambda answer: "become estimates" in answer.reason(name)
        )
        assert (answer.status, answer.reason("loop")) == (200, "ok: turns")
    answer, _ = until(
        place.daemon, "/readyz", lambda answer: "sends nothing" in answer.reason(name)
    )
    assert answer.status == 200


def test_a_daemon_that_hangs_is_not_ready_within_two_seconds_and_not_live_within_five(
    odd: Callable[..., DaemonProcess], scanner: BareScanner, tmp_path: Path, goal: Record
) -> None:
    daemon = odd(odd_daemon.hung)
    with SteadyScanner(scanner):
        until(daemon, "/readyz", lambda answer: "become estimates" in answer.reason("scanner room"))
        (tmp_path / "odd").touch()
        answer, not_ready_s = until(daemon, "/readyz", lambda answer: answer.status == 503)
        live = ask(daemon, "/healthz").status
        naive = ask(daemon, "/metrics").status
        _, not_live_s = until(daemon, "/healthz", lambda answer: answer.status == 503)
    daemon.kill()

    goal(
        "O2",
        f"loop hung: not ready after {not_ready_s:.1f} s, not live {not_live_s:.1f} s later",
        control="a probe that only asks whether the port answers took the hung daemon for well",
    )
    assert "stood still" in answer.reason("loop") or "no estimate" in answer.reason("scanner room")
    assert not_ready_s <= NOT_READY_S
    assert (live, naive) == (200, 200)


def test_frames_that_cannot_be_read_become_no_estimates_and_that_is_told(
    odd: Callable[..., DaemonProcess], scanner: BareScanner, goal: Record
) -> None:
    daemon = odd(odd_daemon.plain)

    def broken(scanner: BareScanner) -> None:
        scanner.frame(format="jpeg", pixels=b"\xff\xd8 no picture")

    until(daemon, "/readyz", lambda answer: answer.status == 200)
    with SteadyScanner(scanner, broken):
        answer, spent_s = until(daemon, "/readyz", lambda answer: answer.status == 503)
    recovered, _ = until(daemon, "/readyz", lambda answer: answer.status == 200)

    goal("O2", f"frames that cannot be decoded: not ready after {spent_s:.1f} s, which it says")
    assert "no estimate" in answer.reason("scanner room")
    assert "sends nothing" in recovered.reason("scanner room")


def test_a_dead_authenticator_turns_health_red_within_two_seconds(
    locked_room: LockedRoom, tmp_path: Path, goal: Record
) -> None:
    locked_room.place.daemon.end_early()
    daemon = DaemonProcess(
        "--config",
        tmp_path / "edge.toml",
        program=odd_daemon.program(odd_daemon.doorless),
        environment={"ODD": str(tmp_path / "odd")},
    )
    try:
        until(daemon, "/readyz", lambda answer: answer.status == 200)
        (tmp_path / "odd").touch()
        answer, spent_s = until(daemon, "/readyz", lambda answer: answer.status == 503)
        up = metrics(daemon)["steatoscope_authenticator_up"]
    finally:
        daemon.end()

    goal("S2", f"authenticator dead: health red after {spent_s:.1f} s")
    assert "the authenticator is dead" in answer.reason("viewers")
    assert (spent_s <= 2.0, up) == (True, 0)


def garbage(random: Random) -> bytes:
    return random.choice(
        [
            random.randbytes(random.randrange(1, 4000)),
            b"GET /" + b"a" * 9000,
            b"POST /metrics HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n",
            b"GET http://x/ HTTP/9.9\r\n\r\n",
            b"GET /../../etc/passwd HTTP/1.1\r\n\r\n",
            b"\r\n\r\n",
            b"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        ]
    )


def test_slow_countless_and_garbage_clients_keep_no_probe_from_its_answer(
    place: Place, goal: Record
) -> None:
    host, _, port = place.daemon.health_address().removeprefix("http://").rpartition(":")
    random = Random(2)
    before = place.daemon.descriptors
    with ExitStack() as held, SteadyScanner(place.scanner):
        for _ in range(300):
            client = held.enter_context(socket.create_connection((host, int(port)), 5))
            client.sendall(b"GET /rea")
        for _ in range(300):
            with socket.create_connection((host, int(port)), 5) as client:
                client.sendall(garbage(random))
        started_s = time.monotonic()
        answer = ask(place.daemon, "/readyz")
        spent_s = time.monotonic() - started_s
        time.sleep(2.5)
        after = place.daemon.descriptors
    place.viewer.estimate(place.scanner.seq - 1)
    read = len(place.viewer.estimates("exam-1"))

    goal(
        "O2",
        f"300 slow and 300 garbage clients: a probe is answered after {1e3 * spent_s:.0f} ms, "
        f"{read} of {place.scanner.seq} frames are read",
    )
    assert (answer.status, read >= 0.95 * place.scanner.seq > 30) == (200, True)
    assert spent_s <= 1.0
    assert after <= before + 1


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/", {}, 404),
        ("/metrics?x=1", {}, 200),
        ("/metrics", {"Host": "evil.example"}, 403),
        ("/metrics", {"Host": "[::1]:9108"}, 200),
        ("/metrics", {"Host": "localhost:9108"}, 200),
    ],
)
def test_each_request_gets_what_it_should(
    place: Place, path: str, headers: dict[str, str], status: int
) -> None:
    assert ask(place.daemon, path, **headers).status == status


def test_the_metrics_are_read_by_prometheus_own_parser_and_count_what_was_sent(
    place: Place,
) -> None:
    for _ in range(5):
        place.scanner.frame()
        time.sleep(1 / 30)  # not in a burst, of which the inbox may overwrite the oldest
    place.scanner.frame(gray=1, pixels=bytes(64 * 64))
    place.scanner.send(b"frame", b"garbage", b"")
    place.viewer.until(lambda message: message.fields.get("reason") == "black")
    time.sleep(0.5)

    text = ask(place.daemon, "/metrics").body.decode()

    families = {family.name: family for family in text_string_to_metric_families(text)}
    assert all(family.documentation and family.type != "unknown" for family in families.values())
    mine = {
        (
            sample.name,
            *(v for k, v in sorted(sample.labels.items()) if k not in ("scanner", "le")),
        ): sample.value
        for family in families.values()
        for sample in family.samples
        if sample.labels.get("scanner") == place.name
    }
    met = mine["steatoscope_estimates_total", "?"]  # of the frames with which both met
    assert mine["steatoscope_estimates_total", "AR"] == 6
    assert mine["steatoscope_estimates_refused_total", "black"] == 1
    assert mine["steatoscope_frames_total", "read"] == 5
    assert mine["steatoscope_frames_total", "gated"] == 1 + met
    assert mine["steatoscope_messages_garbage_total",] == 1
    assert mine["steatoscope_estimate_age_seconds_count",] == 6 + met
    assert mine["steatoscope_link_up",] == 1


def test_a_taken_port_ends_the_start_with_the_remedy(tmp_path: Path, small_bundle: Path) -> None:
    settings = write_settings(
        tmp_path / "edge.toml", small_bundle, {"room": ("ipc:///tmp/none", "")}
    )
    with socket.create_server(("127.0.0.1", 0)) as taken:
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        daemon = DaemonProcess("--config", settings, "--health", place)
        code = daemon.wait()
        daemon.end()

    assert code == 3, daemon.log
    assert f"health: bind: {place}: Address already in use; set [health] bind" in daemon.log


def test_nowhere_but_on_this_host_is_it_served(tmp_path: Path, small_bundle: Path) -> None:
    settings = write_settings(
        tmp_path / "edge.toml", small_bundle, {"room": ("ipc:///tmp/none", "")}
    )
    daemon = DaemonProcess("--config", settings, "--health", "0.0.0.0:9108")
    code = daemon.wait()
    daemon.end()

    assert code == 2, daemon.log
    assert "health: bind: '0.0.0.0:9108': not on the loopback interface" in daemon.log
