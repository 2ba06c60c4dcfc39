"""A run from cohort to record, reproducible, refusing what would spoil it."""

import shutil
from pathlib import Path

import msgspec
import pytest

from edge.contract.grading import View
from train.__main__ import main as train
from train.record import RunRecord

pytest.importorskip("keras")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


def record_of(run: Path) -> RunRecord:
    return msgspec.json.decode((run / "record.json").read_bytes(), type=RunRecord)


def test_a_run_leaves_three_models_and_their_record(run_folder: Path) -> None:
    record = record_of(run_folder)
    assert list(record.models) == ["AR", "HR", "AR+HR"]
    for model in record.models.values():
        assert (run_folder / model.file).is_file()
        assert model.test.subjects == record.cohort.test_subjects == 4
        assert len(model.history.validation_rmse) == 2
    assert "say nothing about patients" in record.measured_on


def test_the_sides_together_are_the_cohort(run_folder: Path) -> None:
    used = record_of(run_folder).cohort
    assert used.training_subjects + used.validation_subjects + used.test_subjects == 12


def test_the_same_seed_gives_the_same_figures(cohort_folder: Path, run_folder: Path) -> None:
    again = run_folder.parent / "again"
    asked = ["--epochs", "2", "--batch", "8", "--seed", "3"]
    assert train(["fit", str(cohort_folder), "--out", str(again), *asked]) == 0
    first, second = record_of(run_folder), record_of(again)
    for name, model in first.models.items():
        assert second.models[name].test == model.test
        assert second.models[name].history.validation_rmse == model.history.validation_rmse


def test_a_run_never_writes_over_another(
    cohort_folder: Path, run_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(["fit", str(cohort_folder), "--out", str(run_folder)]) == 1
    assert "holds a finished run" in " ".join(capsys.readouterr().out.split())


def test_a_run_that_was_stopped_goes_on_with_the_view_it_was_at(
    cohort_folder: Path, run_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from train import run

    again = run_folder.parent / "stopped"
    asked = ["fit", str(cohort_folder), "--out", str(again), "--epochs", "2", "--batch", "8"]
    trained = []
    real = run.train_view

    def until_killed(each: run.Run, view: View) -> object:
        if view == "HR" and not trained.count("HR"):
            trained.append(view)
            raise KeyboardInterrupt
        trained.append(view)
        return real(each, view)

    monkeypatch.setattr(run, "train_view", until_killed)
    with pytest.raises(KeyboardInterrupt):
        train([*asked, "--seed", "3"])
    assert train([*asked, "--seed", "4"]) == 1, "another run's beginning"
    assert train([*asked, "--seed", "3"]) == 0

    assert trained == ["AR", "HR", "HR"]
    for name, model in record_of(run_folder).models.items():
        assert record_of(again).models[name].test == model.test
    assert not list(again.glob("*.history.json"))


def test_models_are_not_measured_on_the_subjects_they_were_trained_on(
    cohort_folder: Path, run_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(["evaluate", str(run_folder), str(cohort_folder)]) == 1
    assert "another --seed" in capsys.readouterr().out.replace("\n", " ")


def test_models_are_measured_on_other_subjects(
    run_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other"
    asked = ["--subjects", "2", "--frames", "1", "--seed", "7", "--workers", "1"]
    assert train(["cohort", *asked, "--out", str(other)]) == 0
    assert train(["evaluate", str(run_folder), str(other)]) == 0
    shown = capsys.readouterr().out
    assert "AR+HR" in shown
    assert "seed 7: 2 subjects" in " ".join(shown.split())


def test_an_unfinished_cohort_is_not_trained_on(cohort_folder: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    shutil.copytree(cohort_folder, broken)
    (broken / "manifest.csv").unlink()
    assert train(["fit", str(broken), "--out", str(tmp_path / "run")]) == 1
    assert not (tmp_path / "run").exists()
