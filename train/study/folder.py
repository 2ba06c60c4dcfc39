"""What lies where in a study's folder."""

from pathlib import Path
from typing import TypeVar

import msgspec

from train.cohort import CohortRecord
from train.study.settings import StudySettings

ASKED_NAME = "study.json"
COHORT_NAME = "cohort"
UNSEEN_NAME = "unseen"
FOLDS_NAME = "folds"

Made = TypeVar("Made")


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All that decides a study's figures: `study.json`."""

    settings: StudySettings
    rendered: CohortRecord | None
    """Of the virtual cohort that the study renders itself."""
    manifest_sha256: str | None
    """Of the cohort that the study was given."""


def fold_folder(folder: Path, number: int) -> Path:
    """Where a fold's networks and their estimates are."""
    return folder / FOLDS_NAME / str(number)


def finished(path: Path, kind: type[Made]) -> Made:
    """What a stage left in the JSON file that says that it is done."""
    return msgspec.json.decode(path.read_bytes(), type=kind)
