"""From a cohort's folder to figures: by the commands, against sums done here by hand."""

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.unit.train.measured.conftest import SUBJECTS, Read, Rows
from train.__main__ import main


def truth_of(cohort: Path) -> dict[str, float]:
    """H-MRS % of each subject, by its number as text."""
    with (cohort / "manifest.csv").open(newline="") as file:
        return {row["subject"]: float(row["hmrs_pct"]) for row in csv.DictReader(file)}


def measure(sheet: Path, cohort: Path, bundle: Path, out: Path) -> dict[str, Any]:
    words = [str(sheet), str(cohort), "--bundle", str(bundle), "--out", str(out), "--draws", "50"]
    assert main(["measure", *words]) == 0
    return json.loads((out / "figures.json").read_text())  # type: ignore[no-any-return]


def test_figures_are_those_of_what_the_daemon_would_publish(
    cohort: Path, bundle: Path, estimates: Path, rows: Rows, tmp_path: Path
) -> None:
    found = measure(estimates, cohort, bundle, tmp_path / "out")

    truth = truth_of(cohort)
    for view in ("AR", "HR", "AR+HR"):
        own = [row for row in rows if row["view"] == view]
        errors = [row["fat_pct"] - truth[row["source"].rpartition("#")[2]] for row in own]
        figures = found["figures"]["methods"]["CNN"][view]["figures"]
        assert figures["frame_rmse"] == pytest.approx(np.sqrt(np.mean(np.square(errors))))
        assert figures["frame_bias"] == pytest.approx(np.mean(errors))
        assert (figures["frames"], figures["subjects"]) == (2 * SUBJECTS, SUBJECTS)
    assert found["figures"]["coverage"] == {}  # this bundle gives no intervals
    assert found["model"] == {key: rows[0]["model"][key] for key in found["model"]}
    assert "seed 77" in found["measured_on"]
    page = (tmp_path / "out" / "report.html").read_text()
    assert page.index("Research use only") < page.index("Errors frame by frame")


def test_a_csv_sheet_gives_the_same_figures(
    cohort: Path, bundle: Path, read: Read, estimates: Path, tmp_path: Path
) -> None:
    sheet = read(cohort, "--format", "csv")

    assert measure(sheet, cohort, bundle, tmp_path / "csv") == measure(
        estimates, cohort, bundle, tmp_path / "json"
    )


def test_frames_that_are_not_read_are_counted_and_their_subject_named(
    cohort: Path, bundle: Path, read: Read, tmp_path: Path
) -> None:
    dark = tmp_path / "dark"
    shutil.copytree(cohort, dark)
    pixels = np.load(dark / "AR.npy", mmap_mode="r+")
    with (dark / "manifest.csv").open(newline="") as file:
        mine = [r for r in csv.DictReader(file) if (r["subject"], r["view"]) == ("2", "AR")]
    pixels[[int(row["row"]) for row in mine]] = 0
    pixels.flush()

    found = measure(read(dark), dark, bundle, tmp_path / "out")["read"]

    assert found["AR"]["reasons"] == {"black": 2}
    assert found["AR"]["unread_subjects"] == [2]
    assert (found["AR"]["read"], found["AR"]["subjects"]) == (2 * SUBJECTS - 2, SUBJECTS - 1)
    assert found["HR"]["unread_subjects"] == []


def test_what_cannot_be_measured_is_said_with_the_remedy(
    cohort: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["measure", str(tmp_path / "none.json"), str(cohort)]) == 1

    said = " ".join(capsys.readouterr().out.split())
    assert "none.json: cannot be read" in said
    assert "--estimates" in said
