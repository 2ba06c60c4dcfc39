"""The bundle says what the Keras models say, and is what its manifest says."""

import io
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

from edge.contract.bundle import Bundle, read_bundle
from export.__main__ import main as export

keras = pytest.importorskip("keras")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def bundle_folder(run_folder: Path) -> Path:
    folder = run_folder.parent / "bundle"
    asked = ["--name", "tiny", "--version", "0.1"]
    assert export(["bundle", str(run_folder), "--out", str(folder), *asked]) == 0
    return folder


@pytest.fixture(scope="module")
def bundle(bundle_folder: Path) -> Bundle:
    return read_bundle(bundle_folder)


def session(bundle: Bundle, view: str) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(bundle.model(view), providers=["CPUExecutionProvider"])


def shapes(values: list[onnxruntime.NodeArg]) -> dict[str, tuple[str, list[int]]]:
    return {value.name: (value.type, value.shape) for value in values}


@pytest.mark.parametrize("view", ["AR", "HR"])
def test_a_view_takes_bytes_and_gives_estimate_and_features(bundle: Bundle, view: str) -> None:
    model = session(bundle, view)
    assert shapes(model.get_inputs()) == {"frame": ("tensor(uint8)", [1, 360, 360, 1])}
    assert shapes(model.get_outputs()) == {
        "fat_pct": ("tensor(float)", [1, 1]),
        "features": ("tensor(float)", [1, 15488]),
    }


def test_the_pair_takes_features_and_gives_an_estimate(bundle: Bundle) -> None:
    model = session(bundle, "AR+HR")
    features = ("tensor(float)", [1, 15488])
    assert shapes(model.get_inputs()) == {"ar_features": features, "hr_features": features}
    assert shapes(model.get_outputs()) == {"fat_pct": ("tensor(float)", [1, 1])}


@pytest.mark.parametrize("view", ["AR", "HR", "AR+HR"])
def test_graphs_are_opset_18_and_nothing_else(bundle: Bundle, view: str) -> None:
    (opset,) = onnx.load_from_string(bundle.model(view)).opset_import
    assert (opset.domain, opset.version) == ("", 18)


def test_features_are_in_the_order_of_keras(bundle: Bundle, run_folder: Path) -> None:
    model = keras.saving.load_model(run_folder / "AR.keras", compile=False)
    trunk = keras.Model(model.input, model.get_layer("features").output)
    frame = np.random.default_rng(0).integers(0, 256, (1, 360, 360, 1), np.uint8)
    (features,) = session(bundle, "AR").run(["features"], {"frame": frame})
    wanted = keras.ops.convert_to_numpy(trunk(frame, training=False))
    np.testing.assert_allclose(features, wanted, atol=1e-3, rtol=1e-4)


def test_golden_outputs_are_reproduced_by_the_runtime(bundle: Bundle) -> None:
    with np.load(io.BytesIO(bundle.golden)) as golden:
        arrays = dict(golden)
    ar, hr, pair = (session(bundle, name) for name in ("AR", "HR", "AR+HR"))
    assert len(arrays["ar_frames"]) == 4
    for i in range(4):
        ar_fat, ar_features = ar.run(None, {"frame": arrays["ar_frames"][i, None, ..., None]})
        hr_fat, hr_features = hr.run(None, {"frame": arrays["hr_frames"][i, None, ..., None]})
        (fat,) = pair.run(None, {"ar_features": ar_features, "hr_features": hr_features})
        found = [float(value[0, 0]) for value in (ar_fat, hr_fat, fat)]
        wanted = [arrays[f"{name}_fat_pct"][i] for name in ("ar", "hr", "pair")]
        np.testing.assert_allclose(found, wanted, atol=0.01)


def test_the_manifest_tells_where_the_models_come_from(bundle: Bundle) -> None:
    manifest = bundle.manifest
    assert (manifest.name, manifest.version, manifest.opset) == ("tiny", "0.1", 18)
    assert manifest.crop.size == 360
    assert manifest.training["cohort"]["record"]["preset"] == "single"
    assert manifest.training["parity"]["AR"]["max_abs"] <= 0.01
    assert "not a medical device" in manifest.measured_on


def test_models_that_are_not_ours_are_refused(
    run_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    foreign = tmp_path / "run"
    foreign.mkdir()
    for file in run_folder.iterdir():
        (foreign / file.name).write_bytes(file.read_bytes())
    inputs = keras.Input((360, 360, 1))
    keras.Model(inputs, keras.layers.GlobalAveragePooling2D()(inputs)).save(foreign / "HR.keras")
    assert export(["bundle", str(foreign), "--out", str(tmp_path / "bundle")]) == 1
    assert "not made by `python -m train fit`" in capsys.readouterr().out.replace("\n", " ")
    assert not (tmp_path / "bundle").exists()
