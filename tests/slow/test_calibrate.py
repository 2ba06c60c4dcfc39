"""Intervals from unseen subjects into the run's folder, and from there into the bundle."""

import shutil
from pathlib import Path

import msgspec
import numpy as np
import pytest

from edge.contract.bundle import read_bundle
from edge.scanner.virtual import VERSION
from export.__main__ import main as export
from tests.bundles import QUICK_EXPORT
from train.__main__ import main as train
from train.calibration import Calibration
from train.cohort import CohortRecord
from train.rendered import render_cohort

pytest.importorskip("keras")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


def rendered(folder: Path, seed: int) -> str:
    record = CohortRecord(
        preset="single", subjects=12, frames=1, seed=seed, balanced=True, simulator=VERSION
    )
    render_cohort(folder, record, 1, lambda _: None)
    return str(folder)


@pytest.fixture(scope="module")
def unseen(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """Cohorts to calibrate on and to check on."""
    folder = tmp_path_factory.mktemp("unseen")
    return rendered(folder / "calibration", 51), rendered(folder / "check", 52)


@pytest.fixture
def run(run_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(run_folder, tmp_path / "run"))


def test_the_table_goes_from_unseen_subjects_into_the_bundle(
    run: Path, unseen: tuple[str, str], tmp_path: Path
) -> None:
    assert train(["calibrate", str(run), unseen[0], "--check", unseen[1]]) == 0
    left = msgspec.json.decode((run / "intervals.json").read_bytes(), type=Calibration)
    assert set(left.intervals) == set(left.coverage) == {"AR", "HR", "AR+HR"}
    assert {told.subjects for told in left.coverage.values()} == {12}
    for table in left.intervals.values():
        width = np.array(table.high_pct) - np.array(table.low_pct)
        assert width.min() > 0

    assert export(["bundle", str(run), "--out", str(tmp_path / "bundle"), *QUICK_EXPORT]) == 0
    manifest = read_bundle(tmp_path / "bundle").manifest
    assert manifest.intervals == left.intervals
    assert manifest.training["calibration"]["checked_on"] == left.checked_on


def test_a_run_without_calibration_makes_a_bundle_without_intervals(
    run: Path, tmp_path: Path
) -> None:
    assert export(["bundle", str(run), "--out", str(tmp_path / "bundle"), *QUICK_EXPORT]) == 0
    assert read_bundle(tmp_path / "bundle").manifest.intervals == {}


def test_subjects_that_the_models_learned_from_calibrate_nothing(
    run: Path, cohort_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(["calibrate", str(run), str(cohort_folder)]) == 1
    assert "another --seed" in " ".join(capsys.readouterr().out.split())
    assert not (run / "intervals.json").exists()


def test_coverage_is_not_measured_on_the_subjects_of_the_calibration(
    run: Path, unseen: tuple[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(["calibrate", str(run), unseen[0], "--check", unseen[0]]) == 1
    assert "the cohort of the calibration" in " ".join(capsys.readouterr().out.split())


def test_a_damaged_table_makes_no_bundle(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (run / "intervals.json").write_text('{"calibrated_on": 3}')
    assert export(["bundle", str(run), "--out", str(tmp_path / "bundle")]) == 1
    assert "intervals.json" in capsys.readouterr().out.replace("\n", "")
