"""Where the log goes: standard error, which systemd takes to its journal, or files in turn."""

import faulthandler
import io
import logging
import logging.handlers
import os
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

from edge.log.formats import JsonFormatter, TextFormatter, describe
from edge.log.limit import OncePerSecond

LogFormat = Literal["text", "json"]

FILE_BYTES = 10 * 2**20
FILES_KEPT = 5
"""Beside the one that is written: 60 MiB at most."""

log = logging.getLogger("edge")


class LogFileError(ValueError):
    """A log file that cannot be written; names it and the remedy."""


def set_up(level: str, form: LogFormat = "text", file: str = "") -> OncePerSecond:
    """Log through the rate limit, with UTC times; gives the limit back, which counts.

    What ends the process goes the same way: an exception is told by its type and place, for its
    text may hold what a peer sent.

    Args:
        level: "debug", "info", "warning" or "error".
        form: of a line.
        file: where to; "" for standard error.

    Raises:
        LogFileError: the file cannot be written.
    """
    handler = _file_handler(Path(file).expanduser()) if file else None
    _hush_libraries()
    handler = handler or logging.StreamHandler()
    limit = OncePerSecond()
    handler.addFilter(limit)
    handler.setFormatter(JsonFormatter() if form == "json" else TextFormatter())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # Else a line that cannot be written or formatted is printed with its arguments.
    logging.raiseExceptions = False
    sys.excepthook = _crashed
    sys.unraisablehook = _could_not_be_raised
    threading.excepthook = _thread_crashed
    return limit


class _PrivateRotatingFile(logging.handlers.RotatingFileHandler):
    """Files that their owner alone may read."""

    def _open(self) -> io.TextIOWrapper:
        def private(path: str, flags: int) -> int:
            return os.open(path, flags, 0o600)

        return open(self.baseFilename, "a", encoding="utf-8", opener=private)


def _file_handler(path: Path) -> logging.Handler:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return _PrivateRotatingFile(path, maxBytes=FILE_BYTES, backupCount=FILES_KEPT)
    except OSError as error:
        raise LogFileError(
            f"log_file: {path}: cannot be written ({error.strerror}); name a file in a folder of "
            'the daemon\'s own, or set log_file = "" for standard error'
        ) from error


def _crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    log.critical("ended by a fault: %s", describe(kind, error, trace))


def _thread_crashed(crash: threading.ExceptHookArgs) -> None:
    name = crash.thread.name if crash.thread else "?"
    what = describe(crash.exc_type, crash.exc_value, crash.exc_traceback)
    log.critical("the thread %s has ended by a fault: %s", name, what)


def _could_not_be_raised(fault: Any) -> None:
    what = describe(fault.exc_type, fault.exc_value, fault.exc_traceback)
    log.error("a fault while something was disposed of: %s", what)


def _hush_libraries() -> None:
    """Keep standard error for this program's own lines.

    libpng, libjpeg and others write there for every broken picture, past the rate limit, and
    quote what the picture says; the log and a crash's stack still go where they went.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    sys.stderr = os.fdopen(kept, "w", buffering=1)
    faulthandler.enable(sys.stderr)
