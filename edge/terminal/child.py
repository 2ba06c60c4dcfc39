"""A command of this package run as a child process, whose last words are kept."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

PATIENCE_S = 5.0
"""How long a child may take to end after it was asked to; a daemon reads what it has received."""

LAST_LINES = 12


class Child:
    """`python -m edge ARGUMENTS`, from entry to exit of the context; it never outlives that."""

    def __init__(self, arguments: Sequence[str], log: Path) -> None:
        """`log`: file for all that it says."""
        self._arguments = arguments
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(  # noqa: S603 - this package's own commands
                [sys.executable, "-m", "edge", *self._arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()

    @property
    def exit_code(self) -> int | None:
        """Its exit code, negative for a signal; None while it runs."""
        return self._process.poll() if self._process else None

    @property
    def last_words(self) -> str:
        """The end of what it said."""
        lines = self._log.read_text(errors="replace").splitlines()
        return "\n".join(lines[-LAST_LINES:])

    def end(self) -> None:
        """Ask it to end, wait a while, and then end it."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
