"""95 % intervals of a model's figures, by drawing subjects again and again.

Subjects, not frames: frames of one clip look alike, and counting them as independent would make
every interval several times too narrow.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.contract.grading import grade
from train.metrics import medians

Floats = NDArray[np.float64]
CONFIDENCE = 0.95


@dataclass(frozen=True)
class Sums:
    """What each subject (subjects,) adds to the figures, so that a draw is a matrix product."""

    frames: Floats
    error: Floats
    squared: Floats
    size: Floats
    """Of |error|."""
    estimate: Floats
    truth: Floats
    estimate_squared: Floats
    truth_squared: Floats
    product: Floats
    median_squared: Floats
    """Squared error of the subject's median."""
    hit: Floats
    """1 where the median falls into the subject's grade."""
    lean: Floats
    """1 where the subject is S0."""


def intervals(
    estimate_pct: Floats, hmrs_pct: Floats, subject: NDArray[np.int64], draws: int, seed: int
) -> dict[str, tuple[float, float]]:
    """Percentile intervals of `train.metrics.Metrics`' figures, by name; arrays are (frames,).

    A figure that a draw does not have (r of one subject drawn over and over) is left out of it.
    """
    sums = sums_of(estimate_pct, hmrs_pct, subject)
    count = len(sums.frames)
    rng = np.random.default_rng(seed)
    weights = rng.multinomial(count, np.full(count, 1 / count), size=draws).astype(np.float64)
    tails = (100 * (1 - CONFIDENCE) / 2, 100 * (1 + CONFIDENCE) / 2)
    found = {}
    for name, values in figures(sums, weights).items():
        known = values[np.isfinite(values)]
        if len(known):
            low, high = np.percentile(known, tails)
            found[name] = (float(low), float(high))
    return found


def sums_of(estimate_pct: Floats, hmrs_pct: Floats, subject: NDArray[np.int64]) -> Sums:
    """Each subject's sums over its frames; arrays are (frames,)."""
    numbers, median, truth = medians(estimate_pct, hmrs_pct, subject)
    place = np.searchsorted(numbers, subject)
    error = estimate_pct - hmrs_pct

    def summed(values: Floats) -> Floats:
        return np.bincount(place, values, len(numbers)).astype(np.float64)

    hits = [grade(m) == grade(t) for m, t in zip(median, truth, strict=True)]
    return Sums(
        frames=summed(np.ones_like(error)),
        error=summed(error),
        squared=summed(error**2),
        size=summed(np.abs(error)),
        estimate=summed(estimate_pct),
        truth=summed(hmrs_pct),
        estimate_squared=summed(estimate_pct**2),
        truth_squared=summed(hmrs_pct**2),
        product=summed(estimate_pct * hmrs_pct),
        median_squared=(median - truth) ** 2,
        hit=np.array(hits, np.float64),
        lean=np.array([grade(t) == "S0" for t in truth], np.float64),
    )


def figures(sums: Sums, weights: Floats) -> dict[str, Floats]:
    """Figures (draws,) where subject s counts `weights[draw, s]` times; NaN where undefined."""
    frames, subjects = weights @ sums.frames, weights.sum(axis=1)
    mean = {
        name: weights @ getattr(sums, name) / frames
        for name in ("error", "squared", "size", "estimate", "truth")
    }
    spread_x = weights @ sums.estimate_squared / frames - mean["estimate"] ** 2
    spread_y = weights @ sums.truth_squared / frames - mean["truth"] ** 2
    shared = weights @ sums.product / frames - mean["estimate"] * mean["truth"]
    both = np.where((spread_x > 1e-9) & (spread_y > 1e-9), spread_x * spread_y, np.nan)
    return {
        "frame_rmse": np.sqrt(mean["squared"]),
        "frame_bias": mean["error"],
        "frame_error_sd": _root(mean["squared"] - mean["error"] ** 2),
        "frame_abs_error_sd": _root(mean["squared"] - mean["size"] ** 2),
        "subject_rmse": np.sqrt(weights @ sums.median_squared / subjects),
        "r": shared / np.sqrt(both),
        "class_accuracy": weights @ sums.hit / subjects,
        "all_s0_accuracy": weights @ sums.lean / subjects,
    }


def _root(values: Floats) -> Floats:
    """Square root of what rounding may have pushed below nought."""
    return np.sqrt(np.maximum(values, 0))
