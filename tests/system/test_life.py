"""A daemon's life: starts that are refused in words, and an end in good order."""

import os
import pty
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from edge.contract.crop import CropSpec
from edge.processor import GIVEN
from tests.bundles import TRUSTED_KEY, Line, make_bundle
from tests.system.bare_scanner import BareScanner
from tests.system.conftest import Place
from tests.system.daemon_process import END_S, ROOT, DaemonProcess, running, write_settings

Room = Callable[..., Place]
A_PLACE = "tcp://127.0.0.1:5999"
"""Where no scanner is."""


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


def test_it_ends_with_the_terminal_that_it_was_started_in(
    tmp_path: Path, small_bundle: Path
) -> None:
    settings = write_settings(tmp_path / "edge.toml", small_bundle, {"room": (A_PLACE, "")})
    child, terminal = pty.fork()
    if child == 0:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)  # these tests may run under nohup
        os.chdir(ROOT)
        command = [
            sys.executable,
            "-m",
            "edge",
            "run",
            "--config",
            str(settings),
            "--health",
            "127.0.0.1:0",
        ]
        os.execv(sys.executable, command)
    shown = b""
    while b"estimates on" not in shown:
        shown += os.read(terminal, 4096)

    os.kill(child, signal.SIGHUP)
    while b"reloaded: " not in shown:
        shown += os.read(terminal, 4096)
    os.close(terminal)

    ends_s = time.monotonic() + END_S
    while (ended := os.waitpid(child, os.WNOHANG)) == (0, 0) and time.monotonic() < ends_s:
        time.sleep(0.01)
    # 120 is Python's own: its last lines had nowhere to go.
    assert ended[0] == child, "it has ended"
    assert os.waitstatus_to_exitcode(ended[1]) in {0, 120}


@pytest.mark.skipif(len(GIVEN) < 2, reason="there is one CPU only")
@pytest.mark.parametrize("cpus", [f"{min(GIVEN)}", ""])
def test_all_of_it_keeps_to_the_cpus_of_the_settings(
    tmp_path: Path, small_bundle: Path, cpus: str
) -> None:
    path = write_settings(tmp_path / "edge.toml", small_bundle, {"room": (A_PLACE, "")})
    path.write_text(f'cpus = "{cpus}"\n{path.read_text()}')

    with running(path) as daemon:
        daemon.wait_for_line("estimates on")
        kept = {
            frozenset(os.sched_getaffinity(int(thread.name)))
            for thread in Path(f"/proc/{daemon.pid}/task").iterdir()
        }

    assert kept == {frozenset({min(GIVEN)} if cpus else GIVEN)}


def test_it_stops_though_more_frames_come_than_it_can_read(room: Room, tmp_path: Path) -> None:
    twelve = Line(0.0, 12.0)
    slow = make_bundle(tmp_path / "slow", ar=twelve, hr=twelve, crop=CropSpec(size=2700))
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
        trust = ("--trusted-key", TRUSTED_KEY)
        daemon = DaemonProcess("--bundle", small_bundle, *trust, "--bind", bind)
        code = daemon.wait()
        daemon.end()

    assert code == 3, daemon.log
    assert f"{bind}: cannot bind: Address already in use" in daemon.log
    assert "Traceback" not in daemon.log
