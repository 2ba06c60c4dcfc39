"""Models are trained and measured on ingested images, and never on what they learned from."""

import shutil
from collections.abc import Iterable
from pathlib import Path

import cv2
import msgspec
import numpy as np
import pytest

from train.__main__ import main as train
from train.record import RunRecord

pytest.importorskip("keras")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]

FAT_PCT = (1.0, 5.0, 11.0, 30.0)


def write_manifest(folder: Path, name: str, seeds: Iterable[int], views: str = "AR HR") -> Path:
    """A subject for each seed, one image in each view, four grades in turn."""
    rows = ["subject,view,path,hmrs_pct"]
    for seed in seeds:
        for view in views.split():
            image = np.random.default_rng([seed, view == "HR"]).integers(1, 256, (200, 360))
            cv2.imwrite(str(folder / f"{seed}{view}.png"), image.astype(np.uint8))
            rows.append(f"{name}-{seed},{view},{seed}{view}.png,{FAT_PCT[seed % 4]}")
    path = folder / f"{name}.csv"
    path.write_text("\n".join(rows))
    return path


def ingested(manifest: Path, *options: str) -> Path:
    out = manifest.with_suffix("")
    assert train(["ingest", str(manifest), "--out", str(out), *options]) == 0
    return out


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ingest")


@pytest.fixture(scope="module")
def learned(folder: Path) -> Path:
    """Ingested images of twelve subjects."""
    return ingested(write_manifest(folder, "learned", range(12)))


@pytest.fixture(scope="module")
def run(folder: Path, learned: Path) -> Path:
    """One epoch on them."""
    asked = ["--epochs", "1", "--batch", "8"]
    assert train(["fit", str(learned), "--out", str(folder / "run"), *asked]) == 0
    return folder / "run"


def evaluated(run: Path, data: Path, shown: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """Exit status and all that was printed, on one line."""
    shown.readouterr()
    status = train(["evaluate", str(run), str(data)])
    return status, " ".join(shown.readouterr().out.split())


def test_a_run_on_images_says_what_it_was_measured_on(run: Path) -> None:
    record = msgspec.json.decode((run / "record.json").read_bytes(), type=RunRecord)
    assert "images listed in learned.csv" in record.measured_on
    assert "H-MRS % as the manifest gives it" in record.measured_on
    assert not record.cohort.record.is_virtual
    for file in run.iterdir():
        assert b"learned-3" not in file.read_bytes(), file  # a subject's name


def test_the_models_are_measured_on_other_images(
    folder: Path, run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = ingested(write_manifest(folder, "other", range(100, 104)))
    status, shown = evaluated(run, other, capsys)
    assert status == 0
    assert "AR+HR" in shown
    assert "images listed in other.csv" in shown


def test_a_view_alone_is_measured_alone_and_not_trained_on(
    folder: Path, run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    one = ingested(write_manifest(folder, "one", range(200, 204), views="HR"))
    status, shown = evaluated(run, one, capsys)
    assert status == 0
    assert "HR" in shown
    assert "AR" not in shown.replace(str(one), "")
    assert train(["fit", str(one), "--out", str(folder / "never")]) == 1
    assert "holds no AR frame" in " ".join(capsys.readouterr().out.split())
    assert not (folder / "never").exists()


def test_the_very_images_are_refused(
    run: Path, learned: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status, shown = evaluated(run, learned, capsys)
    assert status == 1
    assert "the manifest that the models were trained on" in shown


def test_one_learned_frame_under_another_name_is_enough_to_refuse(
    folder: Path, run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    leak = ingested(write_manifest(folder, "leak", range(12)))
    status, shown = evaluated(run, leak, capsys)
    assert status == 1
    assert "the models have learned from frames of 8 of its subjects" in shown  # not the 4 of test


def test_another_scale_is_refused(
    folder: Path, run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = write_manifest(folder, "scaled", range(300, 302))
    rows = manifest.read_text().splitlines()
    manifest.write_text("\n".join([f"{rows[0]},spacing_mm", *(f"{row},0.5" for row in rows[1:])]))
    scaled = ingested(manifest, "--crop-mm-per-px", "0.4")
    status, shown = evaluated(run, scaled, capsys)
    assert status == 1
    assert "make it again with their scale" in shown


def test_a_run_from_before_kinds_of_records_is_still_measured(
    run_folder: Path, cohort_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = tmp_path / "old"
    shutil.copytree(run_folder, old)
    record = msgspec.json.decode((old / "record.json").read_bytes())
    assert record["cohort"]["record"].pop("kind") == "virtual"
    (old / "record.json").write_bytes(msgspec.json.encode(record))
    (old / "seen.sha256").unlink()
    other = ingested(write_manifest(tmp_path, "other", range(100, 102)))
    assert evaluated(old, other, capsys)[0] == 0
    status, shown = evaluated(old, cohort_folder, capsys)
    assert status == 1
    assert "another --seed" in shown


def test_a_virtual_cohort_that_was_learned_from_is_refused_within_images_too(
    folder: Path, cohort_folder: Path, run_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    manifest = folder / "mixed.csv"
    manifest.write_text(f"path\n{cohort_folder}\n")
    status, shown = evaluated(run_folder, ingested(manifest), capsys)
    assert status == 1
    assert "preset single and seed 0 are those of the cohort" in shown
