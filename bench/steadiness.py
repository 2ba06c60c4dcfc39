"""How steady a machine is: how much longer the same small piece of work takes at times.

On a machine that is shared, or whose clock is throttled, everything may take many times as long
for a tenth of a second, which no program's own code can mend: tails must be read against this.
"""

import hashlib
import time

import numpy as np
from numpy.typing import NDArray

WORK = bytes(256 * 1024)
"""To be hashed: some tenths of a millisecond of arithmetic within a core's own caches."""

PAUSE_S = 0.002
SECONDS = 10.0
"""On the machine that this was written on, slow stretches come about every one and a half."""

Milliseconds = NDArray[np.float64]


def laps_ms(seconds: float = SECONDS) -> Milliseconds:
    """Times of the same work, ms, (n,), over so long; with a pause after each, as of a stream."""
    found: list[float] = []
    end_s = time.monotonic() + seconds
    while not found or time.monotonic() < end_s:
        start_ns = time.perf_counter_ns()
        hashlib.sha256(WORK).digest()
        found.append((time.perf_counter_ns() - start_ns) / 1e6)
        time.sleep(PAUSE_S)
    return np.array(found)
