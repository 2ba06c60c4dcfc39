"""What a training run leaves behind for export: Keras files, their record, their intervals."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import msgspec

from edge.contract.crop import CropSpec
from edge.contract.interval import IntervalTable
from edge.contract.variant import ModelName
from export.run_error import RunError
from export.run_heads import RunHeads, read_heads

RECORD_NAME = "record.json"
INTERVALS_NAME = "intervals.json"
MODELS: tuple[ModelName, ...] = ("AR", "HR", "AR+HR")


class _CohortRecord(msgspec.Struct, frozen=True):
    crop: CropSpec


class _Cohort(msgspec.Struct, frozen=True):
    record: _CohortRecord


class _Model(msgspec.Struct, frozen=True):
    file: str


class _Record(msgspec.Struct, frozen=True):
    """The part of the record that export needs; the whole goes into the bundle as it is."""

    format: Literal[1]
    measured_on: str
    cohort: _Cohort
    models: dict[ModelName, _Model]


class _Calibration(msgspec.Struct, frozen=True):
    """What `python -m train calibrate` leaves."""

    calibrated_on: str
    intervals: dict[ModelName, IntervalTable]
    checked_on: str | None = None
    coverage: dict[str, Any] = {}
    unsure_coverage: dict[str, Any] = {}


@dataclass(frozen=True)
class RunFolder:
    """A finished training run."""

    keras_files: dict[ModelName, Path]
    crop: CropSpec
    measured_on: str
    record: dict[str, Any]
    intervals: dict[ModelName, IntervalTable]
    """Calibrated interval of each model; empty where the run was not calibrated."""
    heads: RunHeads | None


def read_run(folder: Path) -> RunFolder:
    """Read a training run's folder.

    Raises:
        RunError: it is missing, unfinished or damaged.
    """
    raw = _bytes(folder / RECORD_NAME)
    try:
        record = msgspec.json.decode(raw, type=_Record)
    except msgspec.DecodeError as error:
        raise RunError(f"{folder / RECORD_NAME}: {error}; train again") from error
    files = {name: folder / model.file for name, model in record.models.items()}
    for name in MODELS:
        if name not in files or not files[name].is_file():
            raise RunError(f"{folder}: no {name}.keras; `python -m train fit` makes all three")
    calibration = _calibration(folder / INTERVALS_NAME)
    recorded = msgspec.json.decode(raw)
    if calibration:
        recorded["calibration"] = {
            "calibrated_on": calibration.calibrated_on,
            "checked_on": calibration.checked_on,
            "coverage": calibration.coverage,
            "unsure_coverage": calibration.unsure_coverage,
        }
    heads = read_heads(folder)
    if heads:
        recorded["heads"] = heads.record
    return RunFolder(
        files,
        record.cohort.record.crop,
        record.measured_on,
        recorded,
        calibration.intervals if calibration else {},
        heads,
    )


def _calibration(path: Path) -> _Calibration | None:
    if not path.is_file():
        return None
    try:
        return msgspec.json.decode(_bytes(path), type=_Calibration)
    except msgspec.DecodeError as error:
        raise RunError(f"{path}: {error}; `python -m train calibrate` makes it anew") from error


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RunError(
            f"{path}: {error.strerror}; `python -m train fit COHORT --out RUN` makes a run folder"
        ) from error
