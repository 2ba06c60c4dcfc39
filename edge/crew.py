"""Threads that read frames of several scanners at the same time, one frame of each.

A network runs outside of the interpreter's lock, so that two scanners' frames take two cores. With
one scanner there is nothing to share out, and the loop reads by itself: a thread that has to be
woken takes longer than it gains.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

HUNG_S = 4.0
"""A frame that is read for so long will never be: inferences are ended within a second."""

Task = TypeVar("Task")
Result = TypeVar("Result")


class Crew(Generic[Task, Result]):
    """One thread hands out tasks and collects what became of them; each is of a key of its own."""

    def __init__(self, size: int, work: Callable[[Task], Result], told: Callable[[], None]) -> None:
        """`size`: threads. `work`: what each does with a task. `told`: called after each, there."""
        self._size, self._work, self._told = size, work, told
        self._pool = ThreadPoolExecutor(size, thread_name_prefix="reader")
        self._begun_s: dict[str, float] = {}
        self._done: deque[tuple[str, Task, Future[Result]]] = deque()

    @property
    def free(self) -> bool:
        """Whether a thread has nothing to do."""
        return len(self._begun_s) < self._size

    @property
    def any_done(self) -> bool:
        """Whether `collect` would give anything."""
        return bool(self._done)

    @property
    def gets_on(self) -> bool:
        """Whether no task takes longer than any can."""
        begun_s = list(self._begun_s.values())
        return not begun_s or time.monotonic() - min(begun_s) < HUNG_S

    def at_work(self, key: str) -> bool:
        """Whether a task of this key has been begun and not been collected."""
        return key in self._begun_s

    def begin(self, key: str, task: Task) -> None:
        """Have a task done."""
        self._begun_s[key] = time.monotonic()
        future = self._pool.submit(self._work, task)
        future.add_done_callback(lambda done: self._finish(key, task, done))

    def collect(self) -> Sequence[tuple[Task, Result]]:
        """Tasks that are done and what came of them; whatever one raised is raised here."""
        found = []
        while self._done:
            key, task, future = self._done.popleft()
            del self._begun_s[key]
            found.append((task, future.result()))
        return found

    def rest(self) -> Sequence[tuple[Task, Result]]:
        """The same, once all that were begun are done, but for what never will be."""
        while len(self._done) < len(self._begun_s) and self.gets_on:
            time.sleep(0.001)
        return self.collect()

    def close(self) -> None:
        """End the threads; a task that never ends is not waited for."""
        self._pool.shutdown(wait=self.gets_on, cancel_futures=True)

    def _finish(self, key: str, task: Task, future: "Future[Result]") -> None:
        self._done.append((key, task, future))
        self._told()
