"""The bundle says what the Keras models say, and is what its manifest says."""

import io
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from rich.console import Console

from edge.contract.bundle import Bundle, read_bundle
from edge.scanner.virtual import PRESETS
from export.__main__ import main as export
from export.parity import measure
from export.run_folder import MODELS
from export.steps import steps
from export.virtual_frames import CALIBRATION_SEED, render, wanted

keras = pytest.importorskip("keras")
from export.convert import convert, load  # noqa: E402  # needs Keras
from export.estimates import onnx_estimates, view_outputs  # noqa: E402
from export.networks import folded, fp32, int8  # noqa: E402
from export.pack import _names  # noqa: E402

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def bundle_folder(run_folder: Path) -> Path:
    folder = run_folder.parent / "bundle"
    asked = ["--name", "tiny", "--version", "0.1", "--precision", "fp16", "--parity-frames", "16"]
    assert export(["bundle", str(run_folder), "--out", str(folder), *asked]) == 0
    return folder


@pytest.fixture(scope="module")
def bundle(bundle_folder: Path) -> Bundle:
    return read_bundle(bundle_folder)


def session(bundle: Bundle, view: str) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession(bundle.model(view), providers=["CPUExecutionProvider"])


def golden(bundle: Bundle) -> dict[str, Any]:
    with np.load(io.BytesIO(bundle.golden)) as arrays:
        return dict(arrays)


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
    expected = keras.ops.convert_to_numpy(trunk(frame, training=False))
    np.testing.assert_allclose(features, expected, atol=1e-3, rtol=1e-4)


def test_golden_outputs_are_reproduced_by_the_runtime(bundle: Bundle) -> None:
    arrays = golden(bundle)
    ar, hr, pair = (session(bundle, name) for name in ("AR", "HR", "AR+HR"))
    assert len(arrays["ar_frames"]) == 4
    for i in range(4):
        ar_fat, ar_features = ar.run(None, {"frame": arrays["ar_frames"][i, None, ..., None]})
        hr_fat, hr_features = hr.run(None, {"frame": arrays["hr_frames"][i, None, ..., None]})
        (fat,) = pair.run(None, {"ar_features": ar_features, "hr_features": hr_features})
        found = [float(value[0, 0]) for value in (ar_fat, hr_fat, fat)]
        expected = [arrays[f"{name}_fat_pct"][i] for name in ("ar", "hr", "pair")]
        np.testing.assert_allclose(found, expected, atol=0.01)


def test_the_manifest_tells_where_the_models_come_from(bundle: Bundle) -> None:
    manifest = bundle.manifest
    assert (manifest.name, manifest.version, manifest.opset) == ("tiny", "0.1", 18)
    assert manifest.crop.size == 360
    assert manifest.training["cohort"]["record"]["preset"] == "single"
    assert "not a medical device" in manifest.measured_on


def test_the_manifest_tells_how_close_each_precision_is(bundle: Bundle) -> None:
    variants = bundle.manifest.variants
    assert set(variants) == {"fp32", "fp16"}
    for variant in variants.values():
        assert set(variant.parity["cpu"]) == {"AR", "HR", "AR+HR"}
        assert variant.parity["cpu"]["AR"].frames == 16
        assert variant.compared_on is not None
        assert variant.compared_on.presets == tuple(PRESETS)
    assert variants["fp32"].parity["cpu"]["AR"].max_abs_pct <= 0.01


def test_rewriting_changed_no_estimate(bundle: Bundle, run_folder: Path) -> None:
    plain = convert(load(run_folder / "AR.keras"))
    kinds = [node.op_type for node in onnx.load_from_string(bundle.model("AR")).graph.node]
    assert ("Mul" in kinds, "Sub" in kinds) == (False, True)
    frames = golden(bundle)["ar_frames"]
    expected, features = view_outputs(plain.SerializeToString(), frames)
    found, rewritten = view_outputs(bundle.model("AR"), frames)
    np.testing.assert_allclose(found, expected, atol=1e-4)
    np.testing.assert_allclose(rewritten, features, atol=1e-4, rtol=1e-4)


def test_golden_frames_are_virtual_and_none_of_the_runs(bundle: Bundle, run_folder: Path) -> None:
    compared_on = bundle.manifest.variants["fp32"].compared_on
    assert compared_on is not None
    pairs = render(compared_on, bundle.manifest.crop, lambda: None)
    assert pairs.record == compared_on
    rendered = {frame.tobytes() for frame in pairs.ar_frames}
    assert {frame.tobytes() for frame in golden(bundle)["ar_frames"]} <= rendered


def test_a_network_that_stayed_fp32_shares_its_file() -> None:
    networks = {"fp32": {"AR": b"one", "HR": b"two"}, "int8": {"AR": b"one", "HR": b"smaller"}}

    names = _names(networks)  # type: ignore[arg-type]

    assert names["int8"] == {"AR": "AR.fp32.onnx", "HR": "HR.int8.onnx"}
    assert names["fp32"] == {"AR": "AR.fp32.onnx", "HR": "HR.fp32.onnx"}


def test_several_frames_at_a_time_give_what_they_give_alone(bundle: Bundle) -> None:
    batched = bundle.files[bundle.manifest.variants["fp32"].batched["AR"]]
    many = onnxruntime.InferenceSession(batched, providers=["CPUExecutionProvider"])
    frames = golden(bundle)["ar_frames"]
    (found,) = many.run(["fat_pct"], {"frame": frames[..., np.newaxis]})
    np.testing.assert_allclose(found[:, 0], view_outputs(bundle.model("AR"), frames)[0], atol=1e-4)


def test_the_papers_network_is_quantised_but_for_its_end(bundle: Bundle, run_folder: Path) -> None:
    whole = folded({name: convert(load(run_folder / f"{name}.keras")) for name in MODELS})
    graphs = fp32(whole)
    pairs = render(wanted(CALIBRATION_SEED, 32), bundle.manifest.crop, lambda: None)

    with steps(Console(quiet=True)) as shown:
        quantised, record = int8(whole, pairs, shown)

    assert record.calibrated_on == pairs.record
    kinds = [node.op_type for node in quantised["AR"].graph.node]
    in_fp32 = "conv1" in record.kept_in_fp32["AR"]
    assert kinds.count("Split") == (9 if in_fp32 else 0)  # half of its pooling folded, in bands
    assert kinds.count("Pad") == (0 if in_fp32 else 1)  # bytes in blocks
    first = {name: graph.SerializeToString() for name, graph in graphs.items()}
    second = {name: graph.SerializeToString() for name, graph in quantised.items()}
    trained = onnx_estimates(first, pairs, "cpu", "fp32")
    for name, found in onnx_estimates(second, pairs, "cpu", "int8").items():
        assert measure(trained[name], found).mean_abs_pct < 0.2
    if len(record.kept_in_fp32["AR"]) < 6:
        assert len(second["AR"]) < len(first["AR"])


def test_every_step_of_a_network_is_timed(
    run_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export(["time", str(run_folder), "--rounds", "2"]) == 0

    said = " ".join(capsys.readouterr().out.split())
    for step in ("as tf2onnx gives it", "normalisation and pooling folded", "int8"):
        assert step in said


def test_a_bundle_of_another_run_is_told_apart(
    bundle_folder: Path, run_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    same = ["parity", str(bundle_folder), str(run_folder), "--frames", "16"]
    assert export([*same, "--precision", "fp32"]) == 0
    other = tmp_path / "run"
    shutil.copytree(run_folder, other)
    model = keras.saving.load_model(other / "AR.keras", compile=False)
    last = model.get_layer("fat_pct")
    last.set_weights([weights + 0.01 for weights in last.get_weights()])
    model.save(other / "AR.keras")

    assert export(["parity", str(bundle_folder), str(other), "--frames", "16"]) == 1
    assert "AR in fp32 on cpu: " in " ".join(capsys.readouterr().out.split())


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
