"""A run folder is read whole or refused with the file that is wrong."""

import json
from pathlib import Path

import pytest

from export.run_error import RunError
from export.run_folder import read_run

RECORD = {
    "format": 1,
    "measured_on": "virtual cohort",
    "cohort": {"record": {"crop": {"size": 6, "mm_per_px": None}, "preset": "single"}},
    "models": {name: {"file": f"{name}.keras"} for name in ("AR", "HR", "AR+HR")},
}


@pytest.fixture
def run(tmp_path: Path) -> Path:
    for name in RECORD["models"]:
        (tmp_path / f"{name}.keras").touch()
    (tmp_path / "record.json").write_text(json.dumps(RECORD))
    return tmp_path


def test_a_finished_run_is_read(run: Path) -> None:
    found = read_run(run)
    assert found.crop.size == 6
    assert found.record["cohort"]["record"]["preset"] == "single"
    assert set(found.keras_files) == {"AR", "HR", "AR+HR"}


def test_a_folder_without_a_record_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"record\.json: No such file.*train fit"):
        read_run(tmp_path)


def test_a_missing_model_is_named(run: Path) -> None:
    (run / "HR.keras").unlink()
    with pytest.raises(RunError, match=r"no HR\.keras"):
        read_run(run)


def test_a_wrong_field_of_the_record_is_named(run: Path) -> None:
    (run / "record.json").write_text(json.dumps({**RECORD, "measured_on": 3}))
    with pytest.raises(RunError, match=r"record\.json: .*\$\.measured_on"):
        read_run(run)
