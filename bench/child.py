"""A process of the measurement with a pipe to it; it is ended with its `with` block."""

import multiprocessing
import signal
from collections.abc import Callable
from multiprocessing.connection import Connection
from types import TracebackType
from typing import Any, Self

from bench.errors import BenchError

END_S = 2.0
"""Given to a process that is told to end before it is killed."""


class Child:
    """Runs `work(connection, *arguments)` in a new interpreter."""

    def __init__(self, name: str, work: Callable[..., None], *arguments: Any) -> None:
        """`work` is a module's function; the arguments can be pickled."""
        context = multiprocessing.get_context("spawn")
        self.name = name
        self._connection, theirs = context.Pipe()
        self._process = context.Process(
            target=_quietly, args=(work, theirs, *arguments), name=name, daemon=True
        )
        self._process.start()
        theirs.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.join(END_S if kind is None else 0)
        for end in (self._process.terminate, self._process.kill):
            if self._process.is_alive():
                end()
                self._process.join(END_S)
        self._connection.close()
        self._process.close()

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid or 0

    def tell(self, message: object) -> None:
        """Send a message; BenchError where the process has ended."""
        try:
            self._connection.send(message)
        except OSError as error:
            raise BenchError(f"the {self.name} process has ended") from error

    def hear(self, timeout_s: float) -> Any:
        """Its next message, or None where none came in time; BenchError where it has ended."""
        try:
            return self._connection.recv() if self._connection.poll(timeout_s) else None
        except (EOFError, OSError) as error:
            self._process.join(END_S)
            code = self._process.exitcode
            raise BenchError(f"the {self.name} process ended early, exit code {code}") from error


def _quietly(work: Callable[..., None], connection: Connection, *arguments: Any) -> None:
    # Ctrl-C reaches the whole group; the parent ends this process in its own order.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    work(connection, *arguments)
