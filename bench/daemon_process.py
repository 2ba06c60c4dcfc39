"""The daemon as a user starts it, in a process of its own, and what it costs the machine."""

import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import psutil

from bench.case import Case
from bench.errors import BenchError

START_S = 60.0
END_S = 5.0
MEBIBYTE = 2**20


class Cost(NamedTuple):
    """What the daemon has used so far: CPU seconds of all its threads, resident memory."""

    cpu_s: float
    rss_mib: float


class DaemonProcess:
    """`python -m edge run` reading one scanner.

    Attributes:
        started_ns: just before its process was made (monotonic clock).
    """

    def __init__(self, case: Case, frames: str, bind: str) -> None:
        """`frames`: the scanner's address. `bind`: where to publish; may hold a `*` port."""
        self._folder = tempfile.TemporaryDirectory(prefix="steatoscope-bench-")
        self._log = Path(self._folder.name) / "daemon.log"
        self.started_ns = time.monotonic_ns()
        with self._log.open("wb") as log:
            self._process = psutil.Popen(
                _command(case, frames, bind),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for end in (self._process.terminate, self._process.kill):
            if self._process.poll() is None:
                end()
                self._wait(END_S)
        self._folder.cleanup()

    def wait_for_endpoint(self) -> str:
        """Address that it publishes on, once it does.

        Raises:
            BenchError: it refused to start, or did not within a minute.
        """
        deadline_s = time.monotonic() + START_S
        while time.monotonic() < deadline_s:
            if found := re.search(r"estimates on (\S+)", self._said()):
                return found[1]
            self.check()
            time.sleep(0.005)
        raise BenchError(f"the daemon was not ready within {START_S:g} s:\n{self._said()}")

    def check(self) -> None:
        """Raise BenchError with what it said where it has ended."""
        if self._process.poll() is not None:
            code = self._process.returncode
            raise BenchError(f"the daemon ended, exit code {code}:\n{self._said()}")

    def cost(self) -> Cost:
        """What it has used so far; BenchError where it has ended."""
        try:
            with self._process.oneshot():
                times = self._process.cpu_times()
                memory = self._process.memory_info()
        except psutil.Error as error:
            raise BenchError(f"the daemon has ended:\n{self._said()}") from error
        return Cost(times.user + times.system, memory.rss / MEBIBYTE)

    def _said(self) -> str:
        return self._log.read_text(errors="replace")

    def _wait(self, timeout_s: float) -> None:
        try:
            self._process.wait(timeout_s)
        except psutil.TimeoutExpired:
            return


def _command(case: Case, frames: str, bind: str) -> list[str]:
    return [
        *(sys.executable, "-m", "edge", "run"),
        *("--frames", frames, "--bind", bind, "--bundle", str(case.bundle_path)),
        # The frames are the bench's own, so it is of no account who made the bundle.
        "--allow-unsigned",
        *("--durability", "off"),
        *("--provider", case.provider, "--threads", str(case.threads), "--log-level", "info"),
        *("--health", ""),
    ]
