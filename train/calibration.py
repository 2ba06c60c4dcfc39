"""Intervals of a training run's models, calibrated on subjects that they have not learned from."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from edge.contract.interval import IntervalTable
from train.atomic import write_whole
from train.cohort import Cohort
from train.evaluate import Models, estimate_views
from train.metrics import medians
from train.study.intervals import CalibrationError, Coverage, calibrate, coverage, with_unsure
from train.unscaled import unscaled

Floats = NDArray[np.float64]

CALIBRATION_NAME = "intervals.json"


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """All of `intervals.json`, which export puts into the bundle."""

    calibrated_on: str
    """In plain words."""
    manifest_sha256: str
    intervals: dict[str, IntervalTable]
    """By "AR", "HR" and "AR+HR"."""
    checked_on: str | None = None
    coverage: dict[str, Coverage] = {}
    """On other unseen subjects than those of the calibration."""
    unsure_coverage: dict[str, Coverage] = {}
    """The same of the wider tables, on those subjects' frames of unknown scale."""


def calibrate_models(models: Models, cohort: Cohort) -> Calibration:
    """Tables for every model that the cohort has frames for.

    Where windows have a scale, each has a wider one for frames of which it is not known.

    Raises:
        CalibrationError: too few subjects.
    """
    tables = _tables(models, cohort)
    if cohort.record.crop.mm_per_px is not None:
        unsure = _tables(models, unscaled(cohort))
        tables = {name: with_unsure(table, unsure[name]) for name, table in tables.items()}
    return Calibration(
        calibrated_on=cohort.record.measured_on(len(cohort.hmrs_pct)),
        manifest_sha256=cohort.manifest_sha256,
        intervals=tables,
    )


def _tables(models: Models, cohort: Cohort) -> dict[str, IntervalTable]:
    return {
        name: calibrate(median_pct, hmrs_pct)
        for name, median_pct, hmrs_pct in _by_subject(models, cohort)
    }


def checked(calibration: Calibration, models: Models, cohort: Cohort) -> Calibration:
    """The same, with its coverage of a cohort's subjects.

    Raises:
        CalibrationError: they are the subjects of the calibration.
    """
    if cohort.manifest_sha256 == calibration.manifest_sha256:
        raise CalibrationError(
            f"{cohort.path}: the cohort of the calibration; check on other subjects"
        )
    unsure = {name: table.unsure for name, table in calibration.intervals.items() if table.unsure}
    return msgspec.structs.replace(
        calibration,
        checked_on=cohort.record.measured_on(len(cohort.hmrs_pct)),
        coverage=_coverage(calibration.intervals, models, cohort),
        unsure_coverage=_coverage(unsure, models, unscaled(cohort)) if unsure else {},
    )


def _coverage(
    tables: dict[str, IntervalTable], models: Models, cohort: Cohort
) -> dict[str, Coverage]:
    return {
        name: coverage(tables[name], median_pct, hmrs_pct)
        for name, median_pct, hmrs_pct in _by_subject(models, cohort)
        if name in tables
    }


def _by_subject(models: Models, cohort: Cohort) -> Iterator[tuple[str, Floats, Floats]]:
    """Each model's name, the median of each subject's estimates, and the H-MRS, (subjects,) %."""
    for name, found in estimate_views(models, cohort.views).items():
        yield name, *medians(found.estimate_pct, found.hmrs_pct, found.subjects)[1:]


def write_calibration(run: Path, calibration: Calibration) -> Path:
    """Leave it beside the models."""
    path = run / CALIBRATION_NAME
    write_whole(path, msgspec.json.format(msgspec.json.encode(calibration)) + b"\n")
    return path
