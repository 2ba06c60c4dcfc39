"""The record of a study: that of a training run, as export reads it, and all figures beside it."""

import shutil
import subprocess
from pathlib import Path

import msgspec

from edge.contract.interval import IntervalTable
from train.record import History, RunRecord
from train.study.figures import SetFigures
from train.study.settings import StudySettings


class Checkout(msgspec.Struct, frozen=True, kw_only=True):
    """State of the source, where it is a git checkout."""

    commit: str
    changed: bool
    """Whether files differ from the commit."""


class StudyPart(msgspec.Struct, frozen=True, kw_only=True):
    """What a study has beyond a training run."""

    settings: StudySettings
    carried_fold: int
    """From 1: its AR and HR networks are in AR+HR, and in AR.keras and HR.keras."""
    folds: list[list[int]]
    """Validation subjects of each fold."""
    test: list[int]
    virtual: bool
    """Whether the images were rendered."""
    unseen_seed: int | None
    histories: dict[str, list[History]]
    """By model, one for each fold."""
    validation_loss: dict[str, list[float]]
    """Lowest mean squared error of each fold, squared percentage points: the paper's Table 2."""
    sets: dict[str, SetFigures]
    """By "test" and "unseen"."""
    intervals: dict[str, IntervalTable]
    checkout: Checkout | None


class StudyRecord(RunRecord, frozen=True, kw_only=True):
    """All of a study's `record.json`."""

    study: StudyPart


def validation_loss(history: History) -> float:
    """Mean squared error of the best epoch, squared percentage points."""
    return round(history.validation_rmse[history.best_epoch - 1] ** 2, 4)


def checkout() -> Checkout | None:
    """The commit that this code is at; None outside a checkout or without git."""
    git = shutil.which("git")
    here = Path(__file__).resolve().parents[2]
    if git is None or not (here / ".git").exists():
        return None

    def told(*words: str) -> str:
        asked = [git, "-C", str(here), *words]
        return subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603

    try:
        changed = told("status", "--porcelain", "--untracked-files=no")
        return Checkout(commit=told("rev-parse", "HEAD"), changed=bool(changed))
    except (OSError, subprocess.CalledProcessError):
        return None
