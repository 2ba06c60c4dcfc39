"""Tells when the wall clock jumps; nothing is timed by it, its stamps alone are affected."""

import logging
import time
from collections.abc import Callable

from edge.clock.sync import Sync, read_sync

STEP_S = 1.0
"""Jumps beyond this are told; a time service slews at 0.5 ms a second at most."""

TORN_NS = 50_000_000
"""Longest time that reading both clocks may take; if it took longer, the process was held up."""

log = logging.getLogger(__name__)

ClockNs = Callable[[], int]


class ClockWatch:
    """Looked at every second by one thread; any other may read the attributes.

    Attributes:
        steps: jumps of more than STEP_S so far.
        sync: whether the clock is synchronised, as of the last look.
    """

    def __init__(
        self,
        on_step: Callable[[float], None] | None = None,
        *,
        wall_ns: ClockNs = time.time_ns,
        monotonic_ns: ClockNs = time.monotonic_ns,
        read: Callable[[], Sync] = read_sync,
    ) -> None:
        """`on_step`: told of each jump, in seconds, forward positive."""
        self.steps = 0
        self._on_step = on_step
        self._wall_ns, self._monotonic_ns, self._read = wall_ns, monotonic_ns, read
        self.sync = read()
        self._lead_ns = self._lead()

    def look(self) -> None:
        """Compare the wall clock with the monotonic one, and ask whether it is synchronised.

        A machine that was suspended counts as a step: its monotonic clock stood still (Linux).
        """
        self.sync = self._read()
        lead_ns = self._lead()
        if lead_ns is None:
            return
        before_ns, self._lead_ns = self._lead_ns, lead_ns
        if before_ns is None or abs(step_s := (lead_ns - before_ns) / 1e9) <= STEP_S:
            return
        self.steps += 1
        log.warning("the clock was stepped by %+.1f s; no order or median hangs on it", step_s)
        if self._on_step:
            self._on_step(step_s)

    @property
    def fault(self) -> str:
        """What is wrong with the clock, in words; "" while nothing is known to be."""
        return self.sync.fault()

    @property
    def synchronised(self) -> bool | None:
        """Whether the clock is synchronised; None where the system does not say."""
        return self.sync.synchronised

    @property
    def offset_ms(self) -> float | None:
        """From true time; None where it is not known or the clock is not synchronised."""
        return None if self.sync.offset_s is None else 1e3 * self.sync.offset_s

    def _lead(self) -> int | None:
        """Wall clock less monotonic clock, ns; None where the process was held up in between."""
        before_ns = self._monotonic_ns()
        wall_ns = self._wall_ns()
        after_ns = self._monotonic_ns()
        return None if after_ns - before_ns > TORN_NS else wall_ns - before_ns
