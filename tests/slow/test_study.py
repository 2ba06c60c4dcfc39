"""The whole study through the command line: its folder, its resumption, its refusals."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import numpy as np
import pytest

from export.run_folder import read_run
from train.__main__ import main as train
from train.record import RunRecord
from train.study.estimates import read_estimates
from train.study.record import StudyRecord

pytest.importorskip("keras")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

SETTINGS = [
    *("--test-subjects", "4", "--folds", "2", "--epochs", "1", "--batch", "8"),
    *("--bootstrap", "100", "--extra-unseen", "3", "--workers", "1"),
]


def asked(cohort: Path, out: Path) -> list[str]:
    return ["study", "--data", str(cohort), "--out", str(out), *SETTINGS]


@pytest.fixture(scope="module")
def study_folder(cohort_folder: Path) -> Path:
    folder = cohort_folder.parent / "study"
    assert train(asked(cohort_folder, folder)) == 0
    return folder


@pytest.fixture(scope="module")
def record(study_folder: Path) -> StudyRecord:
    return msgspec.json.decode((study_folder / "record.json").read_bytes(), type=StudyRecord)


def test_every_frame_has_an_out_of_fold_or_test_estimate(study_folder: Path) -> None:
    estimates = read_estimates(study_folder / "estimates.csv").where(method="CNN")
    for view in ("AR", "HR", "AR+HR"):
        seen = estimates.where(view=view)
        frames = {
            (subject, row)
            for side in ("validation", "test")
            for found in [seen.where(side=side)]
            for subject, row in zip(found.subject.tolist(), found.row.tolist(), strict=True)
        }
        assert len(frames) == 12 * 2
        assert len(seen.where(side="unseen")) == 3 * 2


def test_no_subject_is_on_two_sides_of_a_fold(record: StudyRecord, study_folder: Path) -> None:
    estimates = read_estimates(study_folder / "estimates.csv")
    for number, fold in enumerate(record.study.folds, start=1):
        split = estimates.sides(number)
        assert split.validation == set(fold)
        assert split.test == set(record.study.test)
        assert len(split.training) == 4


def test_the_record_holds_every_figure(record: StudyRecord) -> None:
    assert set(record.study.sets) == {"test", "unseen"}
    for found in record.study.sets.values():
        assert set(found.methods) == {"CNN", "mean", "median", "ridge", "shown", "oracle"}
        assert set(found.methods["CNN"]) == {"AR", "HR", "AR+HR"}
    assert len(record.study.validation_loss["AR"]) == 2
    assert record.study.unseen_seed == 1
    assert record.study.virtual
    assert "say nothing about patients" in record.measured_on


def test_a_study_is_a_training_run_for_whoever_reads_one(study_folder: Path) -> None:
    raw = (study_folder / "record.json").read_bytes()
    run = msgspec.json.decode(raw, type=RunRecord)
    assert run.models["AR+HR"].test.subjects == run.cohort.test_subjects == 4
    exported = read_run(study_folder)
    assert set(exported.keras_files) == {"AR", "HR", "AR+HR"}


def test_its_models_are_measured_on_other_subjects(
    study_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(["evaluate", str(study_folder), str(study_folder / "unseen")]) == 0
    assert "seed 1: 3 subjects" in " ".join(capsys.readouterr().out.split())


def test_the_report_has_the_papers_tables_and_asks_no_host(study_folder: Path) -> None:
    text = (study_folder / "report.md").read_text()
    figures = ("AR CNN, the paper", "2.32", "1.11", "Bland-Altman", "mean > ridge > CNN")
    for wanted in (*figures, "augmented by --augment wide"):
        assert wanted in text
    assert text.index("no clinical claim") < text.index("##")
    page = (study_folder / "report.html").read_text()
    assert re.findall(r'(?:src|href)="(?!data:image/png)', page) == []
    assert page.count("<img") >= 4


def test_other_settings_are_refused_by_name(
    cohort_folder: Path, study_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train([*asked(cohort_folder, study_folder), "--epochs", "2"]) == 1
    shown = " ".join(capsys.readouterr().out.split())
    assert "settings.epochs 1 there, 2 asked for" in shown


def test_data_and_a_cohort_to_render_exclude_each_other(
    cohort_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = [*asked(cohort_folder, tmp_path / "out"), "--subjects", "30"]
    assert train(wrong) == 2
    assert "leave out --subjects" in " ".join(capsys.readouterr().out.split())


def test_a_clip_entered_under_two_subjects_is_refused(
    cohort_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    twice = tmp_path / "twice"
    shutil.copytree(cohort_folder, twice)
    pixels = np.load(twice / "AR.npy", mmap_mode="r+")
    pixels[-1] = pixels[0]
    pixels.flush()
    assert train(asked(twice, tmp_path / "out")) == 1
    shown = " ".join(capsys.readouterr().out.split())
    assert "subjects 0 and 11 share a frame of AR" in shown
    assert not (tmp_path / "out" / "folds").exists()


def test_killed_within_a_fold_it_goes_on_to_the_same_tables(
    cohort_folder: Path, study_folder: Path, tmp_path: Path
) -> None:
    out = tmp_path / "killed"
    shutil.copytree(study_folder / "unseen", out / "unseen")
    shutil.copy(study_folder / "study.json", out / "study.json")
    command = [sys.executable, "-m", "train", *asked(cohort_folder, out)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    kept = out / "folds" / "1" / "AR.json"
    deadline = time.monotonic() + 200
    while not kept.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGKILL)  # HR of the first fold is being trained
    process.wait()
    assert kept.exists()
    assert not (out / "folds" / "1" / "HR.json").exists()
    before = kept.stat().st_mtime_ns
    assert train(asked(cohort_folder, out)) == 0
    assert kept.stat().st_mtime_ns == before  # what was done was not done again
    for name in ("estimates.csv", "report.md", "report.html"):
        assert (out / name).read_bytes() == (study_folder / name).read_bytes(), name
