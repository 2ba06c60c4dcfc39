"""What is kept of a run so that it can be compared and plotted later."""

import numpy as np

from bench.result import Bursts
from bench.timeline import Timeline

LEAST = 5
"""A second with fewer answers has no median worth comparing."""


def bursts(counted: Timeline, length_s: float = 1.0) -> Bursts:
    """Medians of each second; seconds with fewer than five answers are left out."""
    since_s = (counted.sent_ns - counted.sent_ns[0]) / 1e9
    second = np.floor(since_s / length_s)
    chosen = [second == each for each in np.unique(second) if np.sum(second == each) >= LEAST]
    return Bursts(
        at_s=[float(since_s[each][0]) for each in chosen],
        e2e_ms=[float(np.median(counted.e2e_ms[each])) for each in chosen],
        infer_ms=[float(np.median(counted.infer_ms[each])) for each in chosen],
        overhead_ms=[float(np.median(counted.overhead_ms[each])) for each in chosen],
    )
