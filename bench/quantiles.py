"""What is said of many measurements: percentiles with their number, and a slope over time."""

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

P999_NEEDS = 1000
"""With fewer values the 99.9th percentile is the maximum under another name."""

Floats = NDArray[np.float64]


class Quantiles(msgspec.Struct, frozen=True, kw_only=True):
    """Percentiles of `n` values, in the unit of the field that holds them."""

    n: int
    p50: float
    p95: float
    p99: float
    p999: float | None
    """None where n < 1000."""
    max: float


class Drift(msgspec.Struct, frozen=True, kw_only=True):
    """How a latency changes over a run: least-squares slope of the medians of each second."""

    ms_per_min: float
    error_ms_per_min: float
    """Half of the slope's 95 % interval."""


def quantiles(values: ArrayLike) -> Quantiles:
    """Percentiles (linear interpolation) of at least one value; ValueError where there is none."""
    found = np.asarray(values, np.float64)
    if not found.size:
        raise ValueError("no value to take percentiles of")
    p50, p95, p99, p999 = (float(p) for p in np.percentile(found, (50, 95, 99, 99.9)))
    return Quantiles(
        n=found.size,
        p50=p50,
        p95=p95,
        p99=p99,
        p999=p999 if found.size >= P999_NEEDS else None,
        max=float(found.max()),
    )


def drift(time_s: Floats, values_ms: Floats) -> Drift | None:
    """Slope of `values_ms` over `time_s`; None for less than five seconds.

    The medians of each second keep single spikes from posing as a trend.
    """
    second = np.floor(time_s - time_s.min())
    seconds = np.unique(second)
    if len(seconds) < 5:
        return None
    medians = np.array([np.median(values_ms[second == each]) for each in seconds])
    centred = seconds - seconds.mean()
    spread = float(centred @ centred)
    slope = float(centred @ medians) / spread
    residual = medians - medians.mean() - slope * centred
    error = float(np.sqrt(residual @ residual / (len(seconds) - 2) / spread))
    return Drift(ms_per_min=60 * slope, error_ms_per_min=60 * 1.96 * error)
