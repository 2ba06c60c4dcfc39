"""Ends a daemon that no longer gets anywhere, so that its supervisor starts it again.

It is fed by progress alone: the loop has turned, each of the other threads has too. Under a service
manager that watches (systemd's WatchdogSec=) the manager is told and kills; elsewhere the process
ends itself, by a thread of the interpreter's own (`faulthandler`) that runs even while something
else never lets go of Python. What it then writes are files, lines and functions, no values.
"""

import faulthandler
import logging
import sys
from collections.abc import Callable, Mapping

from edge.notify import Notifier

FEED_S = 0.5
"""How often it is fed at most."""

HUNG_S = 4.0
"""Without progress for so long, the daemon ends itself where nobody else watches."""

HUNG_EXIT_CODE = 1
"""`faulthandler`'s own, which cannot be chosen."""

LifeSigns = Mapping[str, Callable[[], bool]]
"""Whether each thread beside the loop gets on, by the thread's name."""

log = logging.getLogger(__name__)


class Watchdog:
    """The loop's thread uses it; it bites nobody before the first `turned`."""

    def __init__(self, notifier: Notifier, life_signs: LifeSigns, hung_s: float = HUNG_S) -> None:
        """`life_signs`: all of them must be true for it to be fed."""
        self._notifier = notifier
        self._life_signs = life_signs
        self._hung_s = hung_s
        self._alone = notifier.watchdog_s is None
        feed_s = min(FEED_S, (notifier.watchdog_s or hung_s) / 3)
        self._feed_ns = round(feed_s * 1e9)
        self._due_ns = 0

    def turned(self, now_ns: int) -> None:
        """The loop has read a frame, or had nothing to read (monotonic ns)."""
        if now_ns < self._due_ns:
            return
        self._due_ns = now_ns + self._feed_ns
        missing = [name for name, gets_on in self._life_signs.items() if not gets_on()]
        if missing:
            log.critical("no sign of life from: %s", ", ".join(missing))
        elif self._alone:
            faulthandler.dump_traceback_later(self._hung_s, exit=True, file=sys.stderr)
        else:
            self._notifier.alive()

    def dismiss(self) -> None:
        """The daemon ends in good order; from here on its supervisor sets the time."""
        if self._alone:
            faulthandler.cancel_dump_traceback_later()
