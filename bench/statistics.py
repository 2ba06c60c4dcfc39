"""What is said of many measurements: percentiles, slopes, ratios and how sure they are."""

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

P999_NEEDS = 1000
"""With fewer values the 99.9th percentile is the maximum under another name."""

BOOTSTRAPS = 4000
LOWEST_MS, STEPS_A_DECADE = 0.01, 20

Floats = NDArray[np.float64]


class Quantiles(msgspec.Struct, frozen=True, kw_only=True):
    """Percentiles of `n` values in their order, in the unit of the field that holds them."""

    n: int
    p50: float
    p95: float
    p99: float
    p999: float | None
    """None where n < 1000."""
    max: float
    jitter: float
    """Mean difference of a value to the one before it (RFC 3550 smooths the same thing)."""


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
        jitter=float(np.abs(np.diff(found)).mean()) if found.size > 1 else 0.0,
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


class Ratio(msgspec.Struct, frozen=True, kw_only=True):
    """How many times as large one thing is as another, from bursts of both in turns."""

    value: float
    low: float
    high: float
    """The 99 % interval."""
    turns: int


def ratio(over: ArrayLike, under: ArrayLike) -> Ratio:
    """Ratio of paired figures, one pair for each turn, all above 0.

    The value is the median of the pairs' own ratios: whatever slows the machine down for a while
    slows both of a pair, and a pair that was hit on one side only is outvoted. The interval is the
    percentile bootstrap's over the turns (Efron and Tibshirani, 1993, chapter 13).

    Raises:
        ValueError: there is no pair, or not as many of one as of the other.
    """
    one, other = np.asarray(over, np.float64), np.asarray(under, np.float64)
    if not one.size or one.shape != other.shape:
        raise ValueError(f"{one.size} and {other.size} figures make no pairs")
    logs = np.log(one / other)
    drawn = np.random.default_rng(0).integers(0, logs.size, (BOOTSTRAPS, logs.size))
    low, high = np.percentile(np.median(logs[drawn], axis=1), (0.5, 99.5))
    value, low, high = (float(np.exp(log)) for log in (np.median(logs), low, high))
    return Ratio(value=value, low=low, high=high, turns=logs.size)


def unpaired_ratio(over: ArrayLike, under: ArrayLike) -> Ratio:
    """Ratio of the medians of two runs' bursts, which were not taken in turns.

    Raises:
        ValueError: a run has no burst.
    """
    one, other = np.asarray(over, np.float64), np.asarray(under, np.float64)
    if not one.size or not other.size:
        raise ValueError(f"{one.size} and {other.size} figures cannot be compared")
    random = np.random.default_rng(0)
    logs = [_medians(random, np.log(each)) for each in (one, other)]
    low, high = np.exp(np.percentile(logs[0] - logs[1], (0.5, 99.5)))
    value = float(np.median(one) / np.median(other))
    turns = min(one.size, other.size)
    return Ratio(value=value, low=float(low), high=float(high), turns=turns)


def _medians(random: np.random.Generator, values: Floats) -> Floats:
    drawn = random.integers(0, values.size, (BOOTSTRAPS, values.size))
    return np.asarray(np.median(values[drawn], axis=1), np.float64)


def histogram(values_ms: ArrayLike) -> dict[int, int]:
    """How many values lie in each bin; bin k reaches from 10^(k/20) to 10^((k+1)/20) x 0.01 ms."""
    found = np.maximum(np.asarray(values_ms, np.float64), LOWEST_MS)
    bins = np.floor(STEPS_A_DECADE * np.log10(found / LOWEST_MS)).astype(int)
    numbers, counts = np.unique(bins, return_counts=True)
    return dict(zip(numbers.tolist(), counts.tolist(), strict=True))


def bin_edge_ms(number: int) -> float:
    """Lower edge of a bin of `histogram`."""
    return float(LOWEST_MS * 10 ** (number / STEPS_A_DECADE))
