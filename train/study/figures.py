"""Figures of a study, all of them from its table of estimates."""

from collections.abc import Mapping

import msgspec
import numpy as np
from numpy.typing import NDArray

from edge.contract.grading import GRADES, PAIR, VIEWS, grade
from edge.contract.interval import IntervalTable
from train.metrics import Metrics, measure, medians
from train.study.agreement import Agreement, agree
from train.study.bootstrap import intervals
from train.study.estimates import CNN, Estimates
from train.study.intervals import (
    CalibrationError,
    Coverage,
    calibrate,
    coverage,
)
from train.study.order import violations

MODELS = (*VIEWS, PAIR)


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of one method for one model, with 95 % intervals over subjects by figure's name."""

    figures: Metrics
    intervals: dict[str, tuple[float, float]]


class GradeError(msgspec.Struct, frozen=True, kw_only=True):
    """Errors of the subjects of one grade, by their medians, percentage points."""

    subjects: int
    bias: float
    rmse: float


class SetFigures(msgspec.Struct, frozen=True, kw_only=True):
    """All that was measured on one set of subjects; keys are models, "AR", "HR" and "AR+HR"."""

    subjects: int
    methods: dict[str, dict[str, Measured]]
    """By method, then by model."""
    confusion: dict[str, list[list[int]]]
    """Subjects, rows by H-MRS grade S0-S3, columns by the grade of the median estimate."""
    agreement: dict[str, Agreement | None]
    by_grade: dict[str, dict[str, GradeError]]
    order_violations: dict[str, list[str]]
    """What stands against mean > ridge > CNN > oracle; empty where it holds."""
    coverage: dict[str, Coverage]
    """Of the 90 % interval; empty where it could not be calibrated."""

    @property
    def models(self) -> tuple[str, ...]:
        """Those that were measured, in the order of `MODELS`."""
        return tuple(self.methods[CNN])


class Subjects(msgspec.Struct, frozen=True):
    """Each subject's number, median estimate and H-MRS, %; arrays are (subjects,)."""

    numbers: NDArray[np.int64]
    median_pct: NDArray[np.float64]
    hmrs_pct: NDArray[np.float64]


def by_subject(estimates: Estimates) -> Subjects:
    """Medians over the frames of each subject of one model's estimates."""
    return Subjects(*medians(estimates.estimate_pct, estimates.hmrs_pct, estimates.subject))


def calibrated(estimates: Estimates) -> dict[str, IntervalTable]:
    """Interval tables of the three models from out-of-fold medians; none if subjects are too few.

    A fold's validation subjects decided when its training stopped, so their errors are a little
    small; what coverage that leaves is measured on the unseen subjects.
    """
    tables = {}
    for model in MODELS:
        found = by_subject(estimates.where(method=CNN, view=model, side="validation"))
        try:
            tables[model] = calibrate(found.median_pct, found.hmrs_pct)
        except CalibrationError:
            return {}
    return tables


def measure_set(
    estimates: Estimates, tables: Mapping[str, IntervalTable], draws: int, seed: int
) -> SetFigures:
    """Measure every method and model on the estimates of one side of the carried fold.

    A model without any estimate is left out.
    """
    models = [model for model in MODELS if model in estimates.view]
    methods = {
        method: {
            model: measured(estimates.where(method=method, view=model), draws, seed)
            for model in models
        }
        for method in dict.fromkeys(estimates.method.tolist())
    }
    medians_of = {model: by_subject(estimates.where(method=CNN, view=model)) for model in models}
    return SetFigures(
        subjects=len(np.unique(estimates.subject)),
        methods=methods,
        confusion={model: confusion(found) for model, found in medians_of.items()},
        agreement={
            model: agree(found.median_pct, found.hmrs_pct, draws, seed)
            for model, found in medians_of.items()
        },
        by_grade={model: grade_errors(found) for model, found in medians_of.items()},
        order_violations={model: violations(_rmse(methods, model)) for model in models},
        coverage={
            model: coverage(table, medians_of[model].median_pct, medians_of[model].hmrs_pct)
            for model, table in tables.items()
        },
    )


def measured(estimates: Estimates, draws: int, seed: int) -> Measured:
    """Figures and their intervals of one method for one model."""
    columns = estimates.estimate_pct, estimates.hmrs_pct, estimates.subject
    return Measured(figures=measure(*columns), intervals=intervals(*columns, draws, seed))


def confusion(subjects: Subjects) -> list[list[int]]:
    """Counts (4, 4): rows by H-MRS grade, columns by the grade of the median estimate."""
    counts = np.zeros((len(GRADES), len(GRADES)), int)
    for truth, median in zip(subjects.hmrs_pct, subjects.median_pct, strict=True):
        counts[GRADES.index(grade(truth)), GRADES.index(grade(median))] += 1
    return [[int(count) for count in row] for row in counts]


def grade_errors(subjects: Subjects) -> dict[str, GradeError]:
    """Bias and RMSE of the subjects of each grade that is there."""
    errors = subjects.median_pct - subjects.hmrs_pct
    grades = np.array([grade(value) for value in subjects.hmrs_pct])
    return {
        name: GradeError(
            subjects=int((grades == name).sum()),
            bias=float(errors[grades == name].mean()),
            rmse=float(np.sqrt((errors[grades == name] ** 2).mean())),
        )
        for name in GRADES
        if name in grades
    }


def _rmse(methods: Mapping[str, Mapping[str, Measured]], model: str) -> dict[str, float]:
    return {method: found[model].figures.frame_rmse for method, found in methods.items()}
