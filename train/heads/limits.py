"""Limits of the heads, chosen on subjects that they were not fitted on."""

import numpy as np
from numpy.typing import NDArray

from edge.contract.heads import DomainLimits

Floats = NDArray[np.float32]
Classes = NDArray[np.int64]

LEAST_SURE, MOST_SURE = 0.8, 0.99
WRONG_SHARE = 0.005
"""Of held-out frames of either view, that may be told wrongly."""
NEAR_SHARE, FAR_SHARE = 0.01, 0.001
"""Of held-out frames, that may lie beyond near, and beyond the furthest that known frames reach."""

WAY = 2 / 3
"""From there to pictures of no liver, as a ratio, at which out lies. Nearer to the others, as real
livers are further away than any virtual one; and what the view network takes for none is out from
near on."""


def choose_sure(probability: Floats, labels: Classes) -> float:
    """Probability from which on a view is told, from those of held-out frames (n, 3).

    Of frames of both views; pictures of no liver are kept from being read by the domain too.

    As low as the share of wrong ones allows, but never below `LEAST_SURE`: real frames differ more
    from what was learned than held-out ones do.
    """
    wrong = probability.argmax(axis=1) != labels
    surest_wrong = np.sort(probability.max(axis=1)[wrong])[::-1]
    allowed = int(WRONG_SHARE * len(labels))
    needed = float(surest_wrong[allowed]) + 1e-6 if len(surest_wrong) > allowed else 0.0
    return float(np.clip(needed, LEAST_SURE, MOST_SURE))


def choose_limits(known: Floats, others: Floats) -> DomainLimits:
    """Near and out, from scores of held-out frames (n,) and of held-out outliers (m,).

    Out lies `WAY` from the furthest known frames to the median outlier. n well above a thousand,
    better.
    """
    near, furthest = np.quantile(known, (1 - NEAR_SHARE, 1 - FAR_SHARE))
    other = max(float(np.median(others)), float(furthest))
    return DomainLimits(near=float(near), out=float(furthest ** (1 - WAY) * other**WAY))
