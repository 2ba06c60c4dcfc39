"""A scanner that sends frames 30 times a second from a thread of its own."""

import threading
from collections.abc import Callable
from typing import Self

from tests.system.bare_scanner import BareScanner

FRAME_S = 1 / 30


class SteadyScanner(threading.Thread):
    """Sends from entry to exit; `send`: what it does each time, else one good frame."""

    def __init__(
        self, scanner: BareScanner, send: Callable[[BareScanner], object] | None = None
    ) -> None:
        super().__init__(daemon=True)
        self._scanner = scanner
        self._send = send or BareScanner.frame
        self._stopping = threading.Event()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self.join()

    def run(self) -> None:
        while not self._stopping.wait(FRAME_S):
            self._send(self._scanner)
