"""90 % intervals for a subject's H-MRS around the median of its estimates, by conformal prediction.

What is guaranteed: of new subjects exchangeable with those of the calibration, nine in ten have
their H-MRS inside, on average over calibrations and subjects, whatever the model. Not guaranteed:
the same of every grade on its own, or of another scanner's images.

The width is proportional to a difficulty a + b x estimate, fitted to the sizes of the errors, as
errors grow with fat (normalised conformal regression: Papadopoulos et al., ECML 2002; crepes).
Mondrian bins would need nine subjects of every bin, more S2 than a cohort of 150 has.
"""

import math
from typing import Any

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from edge.contract.grading import GRADES, grade
from edge.contract.interval import IntervalTable

Floats = NDArray[np.float64]
CONFIDENCE = 0.9
KNOT_PCT = 0.5
EASIEST_PCT = 0.1
"""Smallest difficulty, percentage points: H-MRS itself repeats no better than to 0.46."""
PLAUSIBLE = 0.01
"""A coverage that chance alone would bring about less often than this is called short."""


class CalibrationError(ValueError):
    """Too few subjects for an interval of this confidence."""


class GradeCoverage(msgspec.Struct, frozen=True, kw_only=True):
    """Subjects of a grade, and how many have their H-MRS inside the interval."""

    subjects: int
    covered: int
    width_pct: float
    """Mean, percentage points."""


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """How often an interval holds the H-MRS of subjects that it was not calibrated on."""

    confidence: float
    """Asked for."""
    subjects: int
    covered: int
    width_pct: float
    by_grade: dict[str, GradeCoverage]
    falls_short: bool
    """Fewer are covered than chance would explain, were the interval what it says: p < 0.01."""

    @property
    def share(self) -> float:
        """Part of the subjects that are covered, 0-1."""
        return self.covered / self.subjects


def calibrate(
    estimate_pct: ArrayLike, hmrs_pct: ArrayLike, confidence: float = CONFIDENCE
) -> IntervalTable:
    """Table of intervals from subjects that the model has not learned from.

    Args:
        estimate_pct: median of each calibration subject's estimates, H-MRS % (subjects,).
        hmrs_pct: H-MRS % (subjects,).
        confidence: share of new subjects to be covered, 0-1.

    Raises:
        CalibrationError: too few subjects; 90 % needs nine, and dozens for a useful width.
    """
    from crepes import ConformalRegressor

    estimate, truth = clipped(estimate_pct), np.asarray(hmrs_pct, np.float64)
    fewest = math.ceil(confidence / (1 - confidence) - 1e-9)
    if len(estimate) < fewest:
        raise CalibrationError(
            f"{len(estimate)} calibration subjects: {confidence:.0%} intervals need {fewest} at "
            "least; add subjects"
        )
    residuals = truth - estimate
    regressor = ConformalRegressor()
    regressor.fit(residuals, sigmas=_left_out_difficulty(estimate, np.abs(residuals)))
    knots = np.arange(0, 100 + KNOT_PCT / 2, KNOT_PCT)
    bounds: Any = regressor.predict_int(
        knots,
        sigmas=_difficulty(_line(estimate, np.abs(residuals)), knots),
        confidence=confidence - 1e-9,  # crepes would round 0.1 x 10 subjects down to none
        y_min=0.0,
        y_max=100.0,
    )
    low, high = _rising(bounds[:, 0], bounds[:, 1])
    return IntervalTable(
        confidence=confidence,
        subjects=len(estimate),
        estimate_pct=knots.tolist(),
        low_pct=(np.floor(low * 1000) / 1000).tolist(),
        high_pct=(np.ceil(high * 1000) / 1000).tolist(),
    )


def with_unsure(table: IntervalTable, unsure: IntervalTable) -> IntervalTable:
    """The table with another, for doubtful estimates, that is nowhere the narrower one."""
    low = np.minimum(table.low_pct, unsure.low_pct)
    high = np.maximum(table.high_pct, unsure.high_pct)
    wider = msgspec.structs.replace(unsure, low_pct=low.tolist(), high_pct=high.tolist())
    return msgspec.structs.replace(table, unsure=wider)


def interval_pct(table: IntervalTable, estimate_pct: ArrayLike) -> tuple[Floats, Floats]:
    """Lower and upper bound of H-MRS %, each of the estimates' shape; 0 <= low <= high <= 100."""
    estimate = clipped(estimate_pct)
    low = np.interp(estimate, table.estimate_pct, table.low_pct)
    return low, np.interp(estimate, table.estimate_pct, table.high_pct)


def coverage(table: IntervalTable, estimate_pct: ArrayLike, hmrs_pct: ArrayLike) -> Coverage:
    """Count the unseen subjects whose H-MRS lies in their interval; arrays are (subjects,)."""
    return covered(*interval_pct(table, estimate_pct), hmrs_pct, table.confidence)


def covered(
    low_pct: ArrayLike, high_pct: ArrayLike, hmrs_pct: ArrayLike, confidence: float = CONFIDENCE
) -> Coverage:
    """The same of intervals as they were given, each from `low_pct` to `high_pct` (subjects,)."""
    from scipy.stats import binom

    low, high = np.asarray(low_pct, np.float64), np.asarray(high_pct, np.float64)
    truth = np.asarray(hmrs_pct, np.float64)
    inside, width = (low <= truth) & (truth <= high), high - low
    grades = np.array([grade(value) for value in truth])
    return Coverage(
        confidence=confidence,
        subjects=len(truth),
        covered=int(inside.sum()),
        width_pct=float(width.mean()),
        by_grade={
            name: GradeCoverage(
                subjects=int((grades == name).sum()),
                covered=int(inside[grades == name].sum()),
                width_pct=float(width[grades == name].mean()),
            )
            for name in GRADES
            if name in grades
        },
        falls_short=bool(binom.cdf(inside.sum(), len(truth), confidence) < PLAUSIBLE),
    )


def clipped(estimate_pct: ArrayLike) -> Floats:
    """Estimates within what a percentage can be; a network's last layer is linear."""
    return np.clip(np.asarray(estimate_pct, np.float64), 0, 100)


def _left_out_difficulty(estimate: Floats, sizes: Floats) -> Floats:
    """Difficulty of each subject by the line through the others, as a new subject's would be.

    Were a subject's own error in its line, calibration errors would look easier than new ones.
    """
    others = ~np.eye(len(estimate), dtype=bool)
    lines = [_line(estimate[keep], sizes[keep]) for keep in others]
    return np.array([_difficulty(line, at) for line, at in zip(lines, estimate, strict=True)])


def _line(estimate: Floats, sizes: Floats) -> Floats:
    """Least-squares (a, b) of |error| = a + b x estimate, neither below nought."""
    from scipy.optimize import nnls

    line, _ = nnls(np.column_stack([np.ones_like(estimate), estimate]), sizes)
    return np.asarray(line)


def _difficulty(line: Floats, estimate: Any) -> Any:
    return np.maximum(line[0] + line[1] * estimate, EASIEST_PCT)


def _rising(low: Floats, high: Floats) -> tuple[Floats, Floats]:
    """Both bounds made to rise with the estimate by widening, never by narrowing."""
    return np.minimum.accumulate(low[::-1])[::-1], np.maximum.accumulate(high)
