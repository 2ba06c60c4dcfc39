"""Ends an inference that takes too long: one thread for all of them, woken about once a deadline.

Nothing that begins after the thread has looked can be due before another whole deadline has
passed, so it sleeps that long where nothing runs, or until what runs is due. An inference costs a
lock taken twice and never wakes anybody.
"""

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Protocol


class RunError(RuntimeError):
    """A network that could not be run to its end on this frame."""


class OverdueError(RunError):
    """An inference that took longer than its deadline and was ended."""


class RunOptions(Protocol):
    """The part of `onnxruntime.RunOptions` that is used here."""

    terminate: bool
    """Set while a network runs: it ends before its next operator."""


class Deadline:
    """Guards one inference of each thread: `with deadline as options: session.run(…, options)`.

    Raises:
        OverdueError: on the way out of that block, where the inference was ended.
    """

    def __init__(self, limit_s: float, new_options: Callable[[], RunOptions]) -> None:
        """`limit_s`: of one inference. `new_options`: makes run options that end nothing."""
        self._limit_s = limit_s
        self._new_options = new_options
        self._options: dict[int, RunOptions] = {}
        self._due_s: dict[int, float] = {}
        """Both by thread; due are those that run."""
        self._changed = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._watch, name="deadline", daemon=True)
        self._thread.start()

    @property
    def limit_s(self) -> float:
        """Longest time that one inference may take, s."""
        return self._limit_s

    @limit_s.setter
    def limit_s(self, limit_s: float) -> None:
        with self._changed:
            self._limit_s = limit_s
            self._changed.notify()

    @property
    def gets_on(self) -> bool:
        """Whether the thread is there."""
        return self._thread.is_alive()

    def __enter__(self) -> RunOptions:
        thread = threading.get_ident()
        with self._changed:
            options = self._options.get(thread)
            if options is None:
                options = self._options[thread] = self._new_options()
            self._due_s[thread] = time.monotonic() + self._limit_s
        return options

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        thread = threading.get_ident()
        with self._changed:
            del self._due_s[thread]
            ended = self._options[thread].terminate
            if ended:
                del self._options[thread]
        if ended and error is not None:
            raise OverdueError(f"an inference took more than {self._limit_s:g} s") from error

    def close(self) -> None:
        """End the thread."""
        with self._changed:
            self._closed = True
            self._changed.notify()
        self._thread.join()

    def _watch(self) -> None:
        with self._changed:
            while not self._closed:
                self._changed.wait(self._end_overdue(time.monotonic()))

    def _end_overdue(self, now_s: float) -> float:
        """End what is due; seconds until the next look."""
        next_s = self._limit_s
        for thread, due_s in self._due_s.items():
            if now_s >= due_s:
                self._options[thread].terminate = True
            else:
                next_s = min(next_s, due_s - now_s)
        return next_s
