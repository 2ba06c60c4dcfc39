"""A program that answers frames, in a process of its own, and what it costs the machine."""

import re
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

import psutil

from bench.errors import MISSING, ContenderError, MissingError

START_S = 90.0
END_S = 5.0
MEBIBYTE = 2**20


class Cost(NamedTuple):
    """What a program has used so far: CPU seconds of all its threads, resident memory."""

    cpu_s: float
    rss_mib: float


class ContenderProcess:
    """A program that says "estimates on ADDRESS" once it answers.

    Attributes:
        started_ns: just before its process was made (monotonic clock).
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        core: int | None = None,
    ) -> None:
        """Start it.

        `folder`: where it may leave files; its log lies there too. `core`: the only one for it.
        """
        self.name = name
        self._log = folder / "log"
        self.started_ns = time.monotonic_ns()
        with self._log.open("wb") as log:
            self._process = psutil.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                env=dict(environment),
                # `python -m` looks into the present folder first, which may be another checkout.
                cwd=folder,
            )
        if core is not None:
            self._process.cpu_affinity([core])

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

    def wait_for_endpoint(self) -> str:
        """Address that it answers on, once it does.

        Raises:
            MissingError: a library of its own is missing.
            ContenderError: it refused to start, or did not in time.
        """
        deadline_s = time.monotonic() + START_S
        while time.monotonic() < deadline_s:
            if found := re.search(r"estimates on (\S+)", self._said()):
                return found[1].rstrip('",')
            self.check()
            time.sleep(0.005)
        raise ContenderError(self.name, f"was not ready within {START_S:g} s:\n{self._said()}")

    def check(self) -> None:
        """Raise ContenderError with what it said where it has ended."""
        code = self._process.poll()
        if code == MISSING:
            raise MissingError(self._said().strip().splitlines()[-1])
        if code is not None:
            raise ContenderError(self.name, f"ended, exit code {code}:\n{self._said()}")

    def cost(self) -> Cost:
        """What it has used so far; ContenderError where it has ended."""
        try:
            with self._process.oneshot():
                times = self._process.cpu_times()
                memory = self._process.memory_info()
        except psutil.Error as error:
            raise ContenderError(self.name, f"has ended:\n{self._said()}") from error
        return Cost(times.user + times.system, memory.rss / MEBIBYTE)

    def _said(self) -> str:
        return self._log.read_text(errors="replace")[-4000:]

    def _wait(self, timeout_s: float) -> None:
        try:
            self._process.wait(timeout_s)
        except psutil.TimeoutExpired:
            return
