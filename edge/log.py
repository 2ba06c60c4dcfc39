"""Logging: at most one line a second of each kind, with the number of lines left out."""

import faulthandler
import logging
import os
import sys
import time


class OncePerSecond(logging.Filter):
    """Lets one record a second through for each message template of each logger."""

    def __init__(self, period_s: float = 1.0) -> None:
        super().__init__()
        self._period_s = period_s
        self._next_s: dict[tuple[str, str], float] = {}
        self._left_out: dict[tuple[str, str], int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """False for a record that follows another of its kind within the period."""
        kind = (record.name, str(record.msg))
        if record.created < self._next_s.get(kind, 0.0):
            self._left_out[kind] = self._left_out.get(kind, 0) + 1
            return False
        self._next_s[kind] = record.created + self._period_s
        if left_out := self._left_out.pop(kind, 0):
            record.msg = f"{record.msg} ({left_out} more like it left out)"
        return True


def set_up(level: str) -> None:
    """Log to standard error, with UTC times, through the rate limit."""
    _hush_libraries()
    handler = logging.StreamHandler()
    handler.addFilter(OncePerSecond())
    formatter = logging.Formatter(
        "%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%S"
    )
    formatter.converter = time.gmtime
    handler.setFormatter(formatter)
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)


def _hush_libraries() -> None:
    """Keep standard error for this program's own lines.

    libpng, libjpeg and others write there for every broken picture, past the rate limit, and
    quote what the picture says; Python's tracebacks and the log still go where they went.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    sys.stderr = os.fdopen(kept, "w", buffering=1)
    faulthandler.enable(sys.stderr)
