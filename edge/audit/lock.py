"""One writer at a time: the daemon, and a command that enrols somebody meanwhile."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from edge.lock import lock

LOCK = "lock"
WAIT_S = 2.0
TRY_S = 0.005


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; TimeoutError where somebody else has it for too long."""
    descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _take(descriptor)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int) -> None:
    ends_s = time.monotonic() + WAIT_S
    while True:
        try:
            lock(descriptor)
        except OSError:
            if time.monotonic() > ends_s:
                raise TimeoutError(f"another process writes it for {WAIT_S:g} s") from None
            time.sleep(TRY_S)
        else:
            return
