"""A folder goes on with the same settings only, and with one process at a time."""

import json
from pathlib import Path

import msgspec
import pytest

from train.claimed import FolderError, claimed
from train.cohort import CohortRecord
from train.study.folder import ASKED_NAME, Asked
from train.study.settings import StudySettings

RECORD = CohortRecord(preset="single", subjects=150, frames=8, seed=0, balanced=False, simulator=3)
ASKED = Asked(settings=StudySettings(), rendered=RECORD, manifest_sha256=None)


def test_the_same_settings_go_on(tmp_path: Path) -> None:
    for _ in range(2):
        with claimed(tmp_path / "study", ASKED_NAME, ASKED):
            (tmp_path / "study" / "something").touch()


@pytest.mark.parametrize(
    ("other", "difference"),
    [
        (
            msgspec.structs.replace(ASKED, settings=StudySettings(epochs=2)),
            "settings.epochs 30 there, 2 asked for",
        ),
        (
            msgspec.structs.replace(ASKED, rendered=msgspec.structs.replace(RECORD, seed=5)),
            "rendered.seed 0 there, 5 asked for",
        ),
        (
            msgspec.structs.replace(ASKED, rendered=None, manifest_sha256="ab"),
            "manifest_sha256 None there, 'ab' asked for",
        ),
    ],
)
def test_other_settings_are_refused_and_named(
    tmp_path: Path, other: Asked, difference: str
) -> None:
    with claimed(tmp_path, ASKED_NAME, ASKED):
        pass
    with (
        pytest.raises(FolderError, match="begun with other settings") as told,
        claimed(tmp_path, ASKED_NAME, other),
    ):
        pass
    assert difference in str(told.value)


def test_a_setting_that_came_later_is_not_taken_for_granted(tmp_path: Path) -> None:
    with claimed(tmp_path, ASKED_NAME, ASKED):
        pass
    path = tmp_path / ASKED_NAME
    older = json.loads(path.read_text())
    del older["settings"]["settle"]
    path.write_text(json.dumps(older))

    with (
        pytest.raises(FolderError, match=r"settings\.settle not named there, 10 asked for"),
        claimed(tmp_path, ASKED_NAME, ASKED),
    ):
        pass


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "holiday.jpg").touch()
    with (
        pytest.raises(FolderError, match="holds something else"),
        claimed(tmp_path, ASKED_NAME, ASKED),
    ):
        pass


def test_two_processes_do_not_work_in_one_folder(tmp_path: Path) -> None:
    with (
        claimed(tmp_path, ASKED_NAME, ASKED),
        pytest.raises(FolderError, match="another process"),
        claimed(tmp_path, ASKED_NAME, ASKED),
    ):
        pass
