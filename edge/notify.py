"""Tells the service manager how the daemon fares: systemd's protocol, sd_notify(3).

Lines of NAME=VALUE in one datagram to the Unix socket that NOTIFY_SOCKET names; nothing is told
where there is none.
"""

import contextlib
import os
import socket
import time
from collections.abc import Mapping


class Notifier:
    """Any thread may use it; it never blocks and never fails.

    Attributes:
        watchdog_s: after so long without `alive` the manager kills the daemon; None: never.
    """

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        """Take the address and the watchdog's time from what the manager has set."""
        address = environment.get("NOTIFY_SOCKET", "")
        # A leading @ stands for the zero byte of Linux' abstract addresses.
        self._address = "\0" + address[1:] if address.startswith("@") else address
        self.watchdog_s = _watchdog_s(environment) if self._address else None

    def ready(self, status: str) -> None:
        """It serves; also after a reload."""
        self._tell("READY=1", f"STATUS={status}")

    def reloading(self) -> None:
        """It reloads its settings, until `ready`; the time is asked for by Type=notify-reload."""
        self._tell("RELOADING=1", f"MONOTONIC_USEC={time.monotonic_ns() // 1000}")

    def stopping(self) -> None:
        """It ends."""
        self._tell("STOPPING=1", "STATUS=reading what has been received, then ending")

    def status(self, text: str) -> None:
        """How it fares, one line of words for `systemctl status`; never health data."""
        self._tell(f"STATUS={text}")

    def alive(self) -> None:
        """The watchdog is fed."""
        self._tell("WATCHDOG=1")

    def _tell(self, *lines: str) -> None:
        if not self._address:
            return
        # The manager may be away or busy, and there is nobody else to tell.
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as end:
            end.setblocking(False)
            end.sendto("\n".join(lines).encode(), self._address)


def _watchdog_s(environment: Mapping[str, str]) -> float | None:
    """Seconds of WATCHDOG_USEC, where it is meant for this process."""
    if environment.get("WATCHDOG_PID", str(os.getpid())) != str(os.getpid()):
        return None
    try:
        return int(environment.get("WATCHDOG_USEC", "")) / 1e6 or None
    except ValueError:
        return None
