"""Reads ahead in a thread, so that decoding or rendering never delays the frame that is due."""

import queue
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from types import TracebackType
from typing import Generic, Self, TypeVar

Item = TypeVar("Item")

DEPTH = 32
"""Items read ahead: one second of a 30 Hz scanner."""


class Prefetch(Generic[Item]):
    """The items of an iterable, at most `depth` of them waiting; a context manager.

    Attributes:
        finished: True once the last item was taken.
    """

    def __init__(self, items: Iterable[Item], depth: int = DEPTH) -> None:
        self.finished = False
        self._items = items
        self._queue: queue.Queue[tuple[Item] | None] = queue.Queue(depth)
        self._closed = Event()
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix="prefetch")
        self._reading = self._pool.submit(self._read)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closed.set()
        self._pool.shutdown()

    def take(self, timeout_s: float) -> Item | None:
        """The next item; None where none came in `timeout_s`, or after the last.

        Raises:
            Whatever the iterable raised, after the items that came before it.
        """
        try:
            entry = self._queue.get(timeout=timeout_s) if not self.finished else None
        except queue.Empty:
            return None
        if entry is not None:
            return entry[0]
        self.finished = True
        self._reading.result()
        return None

    @property
    def ahead(self) -> float:
        """How full the buffer is, 0 to 1; 1 also where all has been read."""
        return 1.0 if self._reading.done() else self._queue.qsize() / self._queue.maxsize

    def _read(self) -> None:
        try:
            for item in self._items:
                if not self._put((item,)):
                    return
        finally:
            self._put(None)

    def _put(self, entry: tuple[Item] | None) -> bool:
        """Wait for room; False where the taker has gone."""
        while not self._closed.is_set():
            try:
                self._queue.put(entry, timeout=0.1)
            except queue.Full:
                continue
            return True
        return False
