"""At most one line a second of each kind, with the number of lines left out."""

import logging
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass

OURS = frozenset(("edge", "train", "export", "bench"))


SECOND_S = 1.0
LONGEST_S = 60.0
"""A kind that keeps coming is told less and less often, down to once a minute: days of an attack
must not fill a disk."""


class OncePerSecond(logging.Filter):
    """Lets one record a second through for each message template of each logger, or fewer.

    While more of a kind come than are let through, the pause doubles from one to the next, up to
    LONGEST_S. A record that passes has two more attributes: `kind`, its template, and `left_out`,
    how many of its kind were held back since the one before.

    Attributes:
        passed, suppressed: records so far, by level ("warning").
    """

    def __init__(self, clock_s: Callable[[], float] = time.monotonic) -> None:
        """`clock_s`: monotonic, so that a clock set back does not silence the log."""
        super().__init__()
        self.passed: Counter[str] = Counter()
        self.suppressed: Counter[str] = Counter()
        self._clock_s = clock_s
        self._lock = threading.Lock()
        self._pauses: defaultdict[tuple[str, str], _Pause] = defaultdict(_Pause)

    def filter(self, record: logging.LogRecord) -> bool:
        """False for a record that follows another of its kind too soon."""
        kind = kind_of(record)
        level = record.levelname.lower()
        with self._lock:
            left_out = self._pauses[record.name, kind].left_out_before(self._clock_s())
            if left_out is None:
                self.suppressed[level] += 1
                return False
            self.passed[level] += 1
        record.kind, record.left_out = kind, left_out
        return True


@dataclass
class _Pause:
    """Of one kind, in monotonic seconds."""

    next_s: float = float("-inf")
    long_s: float = SECOND_S
    left_out: int = 0

    def left_out_before(self, now_s: float) -> int | None:
        """How many were held back before this one; None: this one is, too."""
        if now_s < self.next_s:
            self.left_out += 1
            return None
        left_out, self.left_out = self.left_out, 0
        self.long_s = min(2 * self.long_s, LONGEST_S) if left_out else SECOND_S
        self.next_s = now_s + self.long_s
        return left_out


def is_ours(record: logging.LogRecord) -> bool:
    """Whether this program logs it, not a library."""
    return record.name.partition(".")[0] in OURS


def kind_of(record: logging.LogRecord) -> str:
    """The template of a line of ours; of a library's, which may be any text, its place."""
    return str(record.msg) if is_ours(record) else f"{record.filename}:{record.lineno}"
