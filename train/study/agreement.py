"""Bland-Altman: how far estimate and H-MRS of a subject lie apart.

Source: Bland and Altman, Lancet 1986; 327: 307-310.
"""

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """Estimate minus H-MRS over subjects, percentage points; pairs are 95 % intervals."""

    bias: float
    bias_interval: tuple[float, float]
    low: float
    """Lower limit of agreement: bias less 1.96 standard deviations."""
    low_interval: tuple[float, float]
    high: float
    high_interval: tuple[float, float]


def agree(median_pct: Floats, hmrs_pct: Floats, draws: int, seed: int) -> Agreement | None:
    """Bias and limits of agreement of subjects' medians (subjects,); None for one subject."""
    if len(median_pct) < 2:
        return None
    errors = median_pct - hmrs_pct
    rng = np.random.default_rng(seed)
    drawn = errors[rng.integers(len(errors), size=(draws, len(errors)))]
    around = np.percentile(_limits(drawn), (2.5, 97.5), axis=1)
    told = [(float(low), float(high)) for low, high in around.T]
    bias, low, high = (float(value) for value in _limits(errors[np.newaxis])[:, 0])
    return Agreement(
        bias=bias,
        bias_interval=told[0],
        low=low,
        low_interval=told[1],
        high=high,
        high_interval=told[2],
    )


def _limits(errors: Floats) -> Floats:
    """Bias, lower and upper limit (3, draws) of errors (draws, subjects)."""
    bias, spread = errors.mean(axis=1), 1.96 * errors.std(axis=1, ddof=1)
    return np.stack([bias, bias - spread, bias + spread])
