"""Heads from unseen subjects into a run's folder, and from there into the bundle."""

import shutil
from pathlib import Path

import msgspec
import numpy as np
import onnxruntime
import pytest

from edge.contract.bundle import read_bundle
from export.__main__ import main as export
from tests.bundles import QUICK_EXPORT
from train.__main__ import main as train

keras = pytest.importorskip("keras")
pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def unseen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("heads") / "unseen"
    asked = ["--subjects", "12", "--frames", "1", "--seed", "61", "--workers", "1"]
    assert train(["cohort", *asked, "--out", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def run(run_folder: Path, unseen: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = Path(shutil.copytree(run_folder, tmp_path_factory.mktemp("heads") / "run"))
    asked = ["--outliers", "40", "--epochs", "1", "--check", str(unseen)]
    more = ["--view-data", str(unseen)]
    assert train(["heads", str(folder), "--data", str(unseen), *more, *asked]) == 0
    return folder


def test_the_bundle_says_of_a_frame_what_keras_says(
    run: Path, unseen: Path, tmp_path: Path
) -> None:
    from train.evaluate import load_models
    from train.heads.fitting import features_of
    from train.heads.record import HeadsRecord

    assert export(["bundle", str(run), "--out", str(tmp_path / "bundle"), *QUICK_EXPORT]) == 0
    bundle = read_bundle(tmp_path / "bundle")
    record = msgspec.json.decode((run / "heads.json").read_bytes(), type=HeadsRecord)
    assert bundle.manifest.heads == record.heads
    window = np.load(unseen / "AR.npy")[:1]
    session = onnxruntime.InferenceSession(bundle.model("AR"), providers=["CPUExecutionProvider"])
    logit, score = session.run(["view_logit", "domain"], {"frame": window[..., np.newaxis]})
    assert logit.shape == (1, 3)
    with np.load(run / "heads.npz") as weights:
        from train.heads.domain import DomainHead

        fields = {name[3:]: weights[name] for name in weights.files if name.startswith("AR.")}
    head = DomainHead(**{**fields, "beside": float(fields["beside"])})
    wanted = head.scores(features_of(load_models(run), "AR", window))
    np.testing.assert_allclose(score[:, 0], wanted, rtol=1e-3)


def test_the_record_says_what_was_measured_on_whom(run: Path) -> None:
    record = msgspec.json.decode((run / "heads.json").read_bytes())
    assert "seed 61" in record["heads"]["fitted_on"]
    assert "view network on 12 subjects more" in record["heads"]["fitted_on"]
    assert record["held_out"]["AR"]["frames"] == 3
    assert record["checked"][0]["views"]["HR"]["frames"] == 12
    assert set(record["outliers"]) == {
        "dark", "gradient", "grating", "heart", "noise", "organs", "phantom", "screen", "shapes",
        "turned",
    }  # fmt: skip


def test_batches_hold_every_class_and_are_the_same_for_a_seed_but_not_for_an_epoch() -> None:
    from train.heads.network import BATCH, SmallBatches

    rng = np.random.default_rng(0)
    frames = rng.integers(1, 256, (130, 90, 90)).astype(np.uint8)
    labels = np.repeat([0, 1, 2], [100, 20, 10]).astype(np.int64)
    batches = SmallBatches(frames, labels, 4)
    first, told = batches[0]
    assert first.shape == (BATCH, 90, 90, 1)
    assert np.bincount(told).min() >= BATCH // 6  # drawn equally often, not as they are there
    np.testing.assert_array_equal(first, SmallBatches(frames, labels, 4)[0][0])
    batches.on_epoch_end()
    assert not np.array_equal(first, batches[0][0])


def test_subjects_that_the_models_learned_from_are_refused(
    run_folder: Path, cohort_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train(["heads", str(run_folder), "--data", str(cohort_folder)]) == 1
    assert "another --seed" in " ".join(capsys.readouterr().out.split())
    assert not (run_folder / "heads.json").exists()


def test_pictures_of_no_liver_are_expected_as_rarely_as_they_come() -> None:
    from train.heads.network import CLASSES, OUTLIER_SHARE, expect_outliers, view_network

    frames = np.random.default_rng(0).integers(0, 256, (4, 90, 90, 1)).astype(np.float32)
    network = view_network()
    before = np.exp(np.asarray(network(frames)))
    expect_outliers(network, OUTLIER_SHARE)
    after = np.exp(np.asarray(network(frames)))

    odds = [one[:, CLASSES.index("neither")] / one[:, :2].sum(axis=1) for one in (before, after)]
    assert odds[1] / odds[0] == pytest.approx(0.01 / 0.99 * 2, rel=1e-3)
    np.testing.assert_allclose(after[:, :2], before[:, :2], rtol=1e-5)
