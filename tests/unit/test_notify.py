"""What a service manager is told, on sockets of the two kinds that it may give."""

import os
import secrets
import socket
from pathlib import Path

import pytest

from edge.notify import Notifier


@pytest.mark.parametrize("kind", ["path", "abstract"])
def test_the_manager_is_told_in_its_own_words(kind: str, tmp_path: Path) -> None:
    address = str(tmp_path / "notify") if kind == "path" else f"@{secrets.token_hex(8)}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(address.replace("@", "\0", 1))
        notifier = Notifier({"NOTIFY_SOCKET": address})
        notifier.ready("model a on cpu")
        notifier.reloading()
        notifier.status("all well")
        notifier.alive()
        notifier.stopping()
        told = [manager.recv(1000).decode() for _ in range(5)]

    assert told[0] == "READY=1\nSTATUS=model a on cpu"
    assert told[1].startswith("RELOADING=1\nMONOTONIC_USEC=")
    assert told[1].rpartition("=")[2].isdigit()
    assert told[2:4] == ["STATUS=all well", "WATCHDOG=1"]
    assert told[4].startswith("STOPPING=1\n")


def test_a_manager_that_is_away_or_full_costs_nothing(tmp_path: Path) -> None:
    Notifier({"NOTIFY_SOCKET": str(tmp_path / "nobody")}).alive()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(tmp_path / "deaf"))
        notifier = Notifier({"NOTIFY_SOCKET": str(tmp_path / "deaf")})
        for _ in range(10_000):
            notifier.alive()


def test_without_a_manager_nothing_is_told() -> None:
    notifier = Notifier({"WATCHDOG_USEC": "4000000"})
    notifier.ready("")

    assert notifier.watchdog_s is None


@pytest.mark.parametrize(
    ("usec", "pid", "watchdog_s"),
    [
        ("4000000", str(os.getpid()), 4.0),
        ("4000000", None, 4.0),
        ("4000000", "1", None),
        ("0", None, None),
        ("soon", None, None),
        (None, None, None),
    ],
)
def test_the_watchdogs_time_is_this_processes_own(
    usec: str | None, pid: str | None, watchdog_s: float | None
) -> None:
    given = {"NOTIFY_SOCKET": "@away", "WATCHDOG_USEC": usec, "WATCHDOG_PID": pid}

    notifier = Notifier({name: value for name, value in given.items() if value is not None})

    assert notifier.watchdog_s == watchdog_s
