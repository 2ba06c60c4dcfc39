"""When the watchdog is fed, and when it is not."""

import logging
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.notify import Notifier
from edge.watchdog import FEED_S, HUNG_EXIT_CODE, Watchdog

FEED_NS = round(FEED_S * 1e9)


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    """A service manager's socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "notify"))
        manager.setblocking(False)
        yield manager


@pytest.fixture
def notifier(manager: socket.socket, tmp_path: Path) -> Notifier:
    return Notifier({"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "4000000"})


def fed(manager: socket.socket) -> int:
    """How often it was fed since the last look."""
    meals = 0
    try:
        while manager.recv(100) == b"WATCHDOG=1":
            meals += 1
    except BlockingIOError:
        pass
    return meals


def test_turns_feed_it_and_not_too_often(notifier: Notifier, manager: socket.socket) -> None:
    watchdog = Watchdog(notifier, {})
    for turn in range(1, 1001):
        watchdog.turned(turn * FEED_NS // 100)

    assert fed(manager) == 10


def test_no_turn_no_meal(notifier: Notifier, manager: socket.socket) -> None:
    Watchdog(notifier, {})

    assert fed(manager) == 0


def test_a_thread_that_hangs_starves_it_and_the_log_names_it(
    notifier: Notifier, manager: socket.socket, caplog: pytest.LogCaptureFixture
) -> None:
    turning = True
    watchdog = Watchdog(notifier, {"receiver": lambda: turning, "journal": lambda: True})
    watchdog.turned(FEED_NS)
    assert fed(manager) == 1

    turning = False
    with caplog.at_level(logging.CRITICAL):
        watchdog.turned(3 * FEED_NS)

    assert fed(manager) == 0
    assert caplog.messages == ["no sign of life from: receiver"]


def test_a_short_watchdog_is_fed_three_times_as_often(
    manager: socket.socket, tmp_path: Path
) -> None:
    notifier = Notifier({"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "300000"})
    watchdog = Watchdog(notifier, {})
    for ms in range(0, 1000, 10):
        watchdog.turned(ms * 1_000_000)

    assert fed(manager) == 10


ALONE = """
import time
from edge.notify import Notifier
from edge.watchdog import Watchdog

def stuck(secret):
    {stuck}

watchdog = Watchdog(Notifier({{}}), {{}}, hung_s=0.3)
for turn in range(5):
    time.sleep(0.1)
    watchdog.turned(time.monotonic_ns())
{dismiss}
stuck("a patient's name")
"""


def run(code: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, timeout=15
    )


@pytest.mark.parametrize(
    "stuck", ["import time; time.sleep(20)", "import ctypes; ctypes.PyDLL(None).sleep(20)"]
)
def test_where_nobody_watches_it_ends_the_process_with_its_stack_and_no_values(stuck: str) -> None:
    code = ALONE.format(stuck=stuck, dismiss="")
    ended = run(code)

    assert ended.returncode == HUNG_EXIT_CODE
    assert "in stuck" in ended.stderr
    assert "patient" not in ended.stderr


def test_once_dismissed_it_ends_nothing() -> None:
    code = ALONE.format(stuck="import time; time.sleep(1)", dismiss="watchdog.dismiss()")

    assert run(code).returncode == 0
