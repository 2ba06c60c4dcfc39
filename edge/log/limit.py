"""At most one line a second of each kind, with the number of lines left out."""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable

OURS = frozenset(("edge", "train", "export", "bench"))


class OncePerSecond(logging.Filter):
    """Lets one record a second through for each message template of each logger.

    A record that passes has two more attributes: `kind`, its template, and `left_out`, how many
    of its kind were held back since the one before.

    Attributes:
        passed, suppressed: records so far, by level ("warning").
    """

    def __init__(
        self, period_s: float = 1.0, clock_s: Callable[[], float] = time.monotonic
    ) -> None:
        """`clock_s`: monotonic, so that a clock set back does not silence the log."""
        super().__init__()
        self.passed: Counter[str] = Counter()
        self.suppressed: Counter[str] = Counter()
        self._period_s = period_s
        self._clock_s = clock_s
        self._lock = threading.Lock()
        self._next_s: dict[tuple[str, str], float] = {}
        self._left_out: Counter[tuple[str, str]] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        """False for a record that follows another of its kind within the period."""
        kind = (record.name, kind_of(record))
        level = record.levelname.lower()
        with self._lock:
            now_s = self._clock_s()
            if now_s < self._next_s.get(kind, float("-inf")):
                self._left_out[kind] += 1
                self.suppressed[level] += 1
                return False
            self._next_s[kind] = now_s + self._period_s
            self.passed[level] += 1
            record.kind = kind[1]
            record.left_out = self._left_out.pop(kind, 0)
        return True


def is_ours(record: logging.LogRecord) -> bool:
    """Whether this program logs it, not a library."""
    return record.name.partition(".")[0] in OURS


def kind_of(record: logging.LogRecord) -> str:
    """The template of a line of ours; of a library's, which may be any text, its place."""
    return str(record.msg) if is_ours(record) else f"{record.filename}:{record.lineno}"
