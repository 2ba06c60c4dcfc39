"""Ctrl-C and SIGTERM as a flag that a loop asks."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class StopFlag:
    """True once a signal has come."""

    def __init__(self) -> None:
        # A plain attribute: a lock taken in a handler could be held by the code it interrupts.
        self._stopped = False

    def raise_flag(self, _number: int, _frame: FrameType | None) -> None:
        """Signal handler."""
        self._stopped = True

    def __call__(self) -> bool:
        """Whether a signal has come."""
        return self._stopped


@contextmanager
def stop_signals() -> Iterator[StopFlag]:
    """SIGINT and SIGTERM raise the flag, and nothing else, for as long as this lasts."""
    flag = StopFlag()
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, flag.raise_flag) for number in numbers}
    try:
        yield flag
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
