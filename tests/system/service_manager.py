"""Stands in for systemd: what a daemon tells over NOTIFY_SOCKET, and the watchdog that kills it."""

import signal
import socket
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from tests.system.daemon_process import DaemonProcess


class Told(NamedTuple):
    """One message, and when it came (monotonic s)."""

    at_s: float
    fields: dict[str, str]


class ServiceManager:
    """Listens at an address of its own until closed."""

    def __init__(self, folder: Path, watchdog_s: float) -> None:
        self.messages: list[Told] = []
        self.watchdog_s = watchdog_s
        self._address = str(folder / "notify.sock")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self._address)
        self._socket.settimeout(0.1)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.set()
        self._thread.join()
        self._socket.close()

    @property
    def environment(self) -> dict[str, str]:
        """What the daemon is started with."""
        usec = str(round(self.watchdog_s * 1e6))
        return {"NOTIFY_SOCKET": self._address, "WATCHDOG_USEC": usec}

    def of(self, name: str) -> list[Told]:
        """The messages that have a field of this name."""
        return [told for told in list(self.messages) if name in told.fields]

    def wait_for(self, name: str, since_s: float, timeout_s: float = 20.0) -> Told:
        """The first message with this field after `since_s`; AssertionError where none comes."""
        ends_s = time.monotonic() + timeout_s
        while time.monotonic() < ends_s:
            found = [told for told in self.of(name) if told.at_s > since_s]
            if found:
                return found[0]
            time.sleep(0.01)
        raise AssertionError(f"no {name} in {timeout_s} s; last: {self.messages[-3:]}")

    def watch(self, daemon: DaemonProcess, timeout_s: float) -> float | None:
        """Kill the daemon, as systemd does, once it has not been fed for `watchdog_s`.

        Returns:
            When that was; None where it was fed all the time.
        """
        ends_s = time.monotonic() + timeout_s
        while time.monotonic() < ends_s:
            if time.monotonic() - self.of("WATCHDOG")[-1].at_s > self.watchdog_s:
                daemon.signal(signal.SIGABRT)
                return time.monotonic()
            time.sleep(0.01)
        return None

    def _listen(self) -> None:
        while not self._closing.is_set():
            try:
                text = self._socket.recv(4096).decode()
            except TimeoutError:
                continue
            fields = dict(line.split("=", 1) for line in text.splitlines())
            self.messages.append(Told(time.monotonic(), fields))
