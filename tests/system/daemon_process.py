"""`python -m edge run` as a child process: its log is kept, and it is ended in any case."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.bundles import TRUSTED_KEY
from tests.system.bare_viewer import LONGEST_S

ROOT = Path(__file__).resolve().parents[2]
END_S = 10.0
PROGRAM = ("-m", "edge")

_HEALTH = ("--health", "127.0.0.1:0")
"""Any free port, so that daemons of tests side by side do not meet."""


class DaemonProcess:
    """A running daemon.

    Attributes:
        lines: of its standard error, as far as it has come.
    """

    def __init__(
        self,
        *arguments: str | Path,
        program: Sequence[str] = PROGRAM,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """`program`: another than the daemon's own; `environment`: more than the test's."""
        self.lines: list[str] = []
        self._news = threading.Condition()
        self._process = subprocess.Popen(
            [sys.executable, *program, "run", *_HEALTH, *map(str, arguments)],
            env={**os.environ, **(environment or {})},
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def descriptors(self) -> int:
        """Open at present."""
        return len(list(Path(f"/proc/{self.pid}/fd").iterdir()))

    @property
    def log(self) -> str:
        """Standard error so far."""
        return "".join(self.lines)

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def wait_for_line(self, pattern: str, timeout_s: float = LONGEST_S) -> "re.Match[str]":
        """Wait until a line of the log matches; AssertionError where none does in time."""
        with self._news:
            self._news.wait_for(lambda: self._find(pattern) or not self._reading, timeout_s)
            found = self._find(pattern)
        assert found, f"no line like {pattern!r} in:\n{self.log}"
        return found

    def estimates_address(self) -> str:
        """Wait until it publishes; returns where."""
        return self.wait_for_line(r"estimates on ([^\s\"]+)")[1]

    def health_address(self) -> str:
        """Where it tells how it fares, as http://HOST:PORT."""
        return self.wait_for_line(r"health on ([^\s\"]+)")[1]

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def wait(self, timeout_s: float = END_S) -> int:
        """Wait for it to end by itself; its exit code."""
        code = self._process.wait(timeout_s)
        self._reader.join(END_S)
        return code

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()
        self.wait()

    def end_early(self) -> None:
        """End it where its test wants another in its place."""
        self.signal(signal.SIGTERM)
        self.wait()

    def end(self) -> None:
        """End it, politely first; AssertionError where it had to be killed."""
        if self.running:
            self.signal(signal.SIGTERM)
        try:
            self.wait()
        except subprocess.TimeoutExpired:
            self._process.kill()
            self.wait()
            raise AssertionError(f"SIGTERM did not end it in {END_S} s:\n{self.log}") from None
        finally:
            assert self._process.stderr is not None
            self._process.stderr.close()

    @property
    def _reading(self) -> bool:
        return self._reader.is_alive()

    def _find(self, pattern: str) -> "re.Match[str] | None":
        return re.search(pattern, self.log)

    def _read(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            with self._news:
                self.lines.append(line)
                self._news.notify_all()
        with self._news:
            self._news.notify_all()


@contextmanager
def running(
    settings: Path,
    program: Sequence[str] = PROGRAM,
    environment: Mapping[str, str] | None = None,
) -> Iterator[DaemonProcess]:
    """A daemon with this settings file, ready; ended on the way out."""
    daemon = DaemonProcess("--config", settings, program=program, environment=environment)
    try:
        daemon.estimates_address()
        yield daemon
    finally:
        daemon.end()


def write_settings(
    path: Path, bundle: Path, scanners: dict[str, tuple[str, str]], keys: Path | None = None
) -> Path:
    """Write a settings file that trusts the tests' bundles.

    `bundle`: Path() for the built-in one. `scanners`: address and server key ("" for none) by name.
    `keys`: folder of the daemon's keys.
    """
    lines = [
        f'bundle = "{bundle}"' if bundle.name else "",
        'provider = "cpu"',
        f'trusted_keys = ["{TRUSTED_KEY}"]',
    ]
    lines += [f'state_dir = "{path.parent / "state"}"']
    for name, (address, server_key) in scanners.items():
        lines += ["[[scanner]]", f'name = "{name}"', f'frames = "{address}"']
        lines += [f"server_key = '{server_key}'"] if server_key else []
    lines += ["[keys]", f'dir = "{keys}"'] if keys else []
    lines += ["[estimates]", 'bind = "tcp://127.0.0.1:*"']
    path.write_text("\n".join(lines) + "\n")
    return path
