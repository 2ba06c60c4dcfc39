"""Figures of a model on subjects that it has not seen."""

import msgspec
import numpy as np
from numpy.typing import NDArray

from edge.contract.grading import GRADES, grade

Values = NDArray[np.float32] | NDArray[np.float64]


class Metrics(msgspec.Struct, frozen=True, kw_only=True):
    """Errors in percentage points of H-MRS; `frame_*` over frames, `subject_*` over medians."""

    subjects: int
    frames: int
    by_grade: dict[str, int]
    """Subjects of each grade."""
    frame_rmse: float
    frame_bias: float
    frame_error_sd: float
    """Standard deviation of the error."""
    frame_abs_error_sd: float
    """Standard deviation of the error's size: the other reading of the paper's "Error Std Dev"."""
    subject_rmse: float
    """RMSE of each subject's median over its frames."""
    r: float | None
    """Pearson's correlation over frames; None where either side is constant."""
    class_accuracy: float
    """Share of subjects whose median falls into their grade."""
    all_s0_accuracy: float
    """The same share if everyone were called S0: what accuracy must be read against."""


def measure(estimate_pct: Values, hmrs_pct: Values, subject: NDArray[np.int64]) -> Metrics:
    """Compare estimates with H-MRS, all of shape (frames,), by frame and by subject's median."""
    error = estimate_pct - hmrs_pct
    numbers, median, truth = medians(estimate_pct, hmrs_pct, subject)
    grades = [grade(value) for value in truth]
    hits = [grade(value) == wanted for value, wanted in zip(median, grades, strict=True)]
    return Metrics(
        subjects=len(numbers),
        frames=len(error),
        by_grade={name: grades.count(name) for name in GRADES},
        frame_rmse=_rms(error),
        frame_bias=float(error.mean()),
        frame_error_sd=float(error.std()),
        frame_abs_error_sd=float(np.abs(error).std()),
        subject_rmse=_rms(median - truth),
        r=_pearson(estimate_pct, hmrs_pct),
        class_accuracy=float(np.mean(hits)),
        all_s0_accuracy=grades.count("S0") / len(grades),
    )


def medians(
    estimate_pct: Values, hmrs_pct: Values, subject: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Subject numbers, each one's median estimate and its H-MRS, from arrays (frames,)."""
    numbers = np.unique(subject)
    median = [float(np.median(estimate_pct[subject == n])) for n in numbers]
    truth = [float(hmrs_pct[subject == n][0]) for n in numbers]
    return numbers, np.array(median), np.array(truth)


def _rms(values: NDArray[np.floating]) -> float:
    return float(np.sqrt(np.mean(np.square(values, dtype=np.float64))))


def _pearson(a: Values, b: Values) -> float | None:
    if np.ptp(a) == 0 or np.ptp(b) == 0:
        return None
    return float(np.corrcoef(a, b)[0, 1])
