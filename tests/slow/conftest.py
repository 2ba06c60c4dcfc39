"""A tiny cohort and a tiny training run, made once for all slow tests of train and export."""

from pathlib import Path

import pytest

from train.__main__ import main as train


@pytest.fixture(scope="session")
def cohort_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve virtual subjects, three of each grade, two frames of each view."""
    folder = tmp_path_factory.mktemp("train") / "cohort"
    asked = ["--subjects", "12", "--frames", "2", "--balance", "--workers", "1"]
    assert train(["cohort", *asked, "--out", str(folder)]) == 0
    return folder


@pytest.fixture(scope="session")
def run_folder(cohort_folder: Path) -> Path:
    """Two epochs on the tiny cohort: models that work, not models that are any good."""
    folder = cohort_folder.parent / "run"
    asked = ["--epochs", "2", "--batch", "8", "--seed", "3"]
    assert train(["fit", str(cohort_folder), "--out", str(folder), *asked]) == 0
    return folder
