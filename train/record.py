"""The record beside the trained models: what was trained, on what, how well it does."""

import platform
from importlib import metadata
from typing import Literal

import msgspec

from train.cohort import Cohort, Record
from train.metrics import Metrics
from train.settings import FitSettings
from train.split import Split

RECORD_NAME = "record.json"
TOOLS = ("tensorflow", "keras", "numpy", "opencv-python-headless")


class History(msgspec.Struct, frozen=True, kw_only=True):
    """How a training went. RMSE in percentage points, one for each epoch."""

    best_epoch: int
    """From 1; its weights were kept."""
    training_rmse: list[float]
    validation_rmse: list[float]
    seconds: float
    frames_per_s: float
    """Training frames (or pairs) a second, validation included."""


class CohortUsed(msgspec.Struct, frozen=True, kw_only=True):
    """The cohort that was trained on. The manifest holds the hash of every frame."""

    record: Record
    manifest_sha256: str
    training_subjects: int
    validation_subjects: int
    test_subjects: int


class ModelRecord(msgspec.Struct, frozen=True, kw_only=True):
    """One model: its file, how its training went, its figures on the test subjects."""

    file: str
    history: History
    test: Metrics


class RunRecord(msgspec.Struct, frozen=True, kw_only=True):
    """All of `record.json`."""

    format: Literal[1] = 1
    measured_on: str
    settings: FitSettings
    cohort: CohortUsed
    models: dict[str, ModelRecord]
    tools: dict[str, str]


def cohort_used(cohort: Cohort, split: Split) -> CohortUsed:
    """What the record says of a cohort."""
    return CohortUsed(
        record=cohort.record,
        manifest_sha256=cohort.manifest_sha256,
        training_subjects=len(split.training),
        validation_subjects=len(split.validation),
        test_subjects=len(split.test),
    )


def tools(backend: str) -> dict[str, str]:
    """Versions of what trained the models."""
    versions = {"python": platform.python_version(), "keras backend": backend}
    for name in TOOLS:
        try:
            versions[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            versions[name] = "not installed"
    return versions
