"""A network from elsewhere becomes a bundle that runs, or an error that says what to change."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from edge.contract.bundle import read_bundle
from edge.runner import Runner
from export.__main__ import main
from tests.bundles import make_bundle

SIDE = 64
ALL = ("AR", "HR", "AR+HR")
SAYS = {"name": "mine", "version": "2", "crop": {"size": SIDE}, "measured_on": "nobody"}


def network(batch: int | str = "batch", element: int = TensorProto.UINT8) -> onnx.ModelProto:
    """Mean gray / 10 under names of its own, as another framework might export it."""
    nodes = [
        helper.make_node("Cast", ["image"], ["gray"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["gray", "axes"], ["mean"], keepdims=0),
        helper.make_node("Mul", ["mean", "tenth"], ["Identity:0"]),
    ]
    graph = helper.make_graph(
        nodes,
        "foreign",
        [helper.make_tensor_value_info("image", element, [batch, SIDE, SIDE, 1])],
        [helper.make_tensor_value_info("Identity:0", TensorProto.FLOAT, [batch, 1])],
        [
            numpy_helper.from_array(np.array([1, 2], np.int64), "axes"),
            numpy_helper.from_array(np.array([0.1], np.float32), "tenth"),
        ],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)


class Author:
    """Someone with networks and a manifest, who packs them."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.out = folder / "bundle"
        self._capsys = capsys

    def saves(self, name: str, model: onnx.ModelProto | bytes) -> None:
        data = model if isinstance(model, bytes) else model.SerializeToString()
        (self.folder / name).write_bytes(data)

    def packs(self, says: dict[str, Any], *words: str) -> tuple[int, str]:
        """Exit code and what was printed, without line breaks."""
        manifest = self.folder / "says.json"
        manifest.write_text(json.dumps(says))
        networks = [str(path) for path in sorted(self.folder.glob("*.onnx"))]
        code = main(
            ["pack", *networks, "--manifest", str(manifest), "--out", str(self.out), *words]
        )
        return code, " ".join(self._capsys.readouterr().out.split())


@pytest.fixture
def author(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Author:
    return Author(tmp_path, capsys)


@pytest.mark.parametrize("batch", [1, "batch"])
def test_one_network_with_names_and_batch_of_its_own_becomes_a_bundle(
    author: Author, batch: int | str
) -> None:
    author.saves("net.onnx", network(batch))

    code, said = author.packs({**SAYS, "models": {"AR": "net.onnx"}})

    assert code == 0, said
    assert "mine 2 (AR)" in said
    bundle = read_bundle(author.out)
    window = np.full((SIDE, SIDE), 80, np.uint8)
    assert Runner(bundle, "cpu").infer("AR", window)[0] == pytest.approx(8.0)
    assert bundle.manifest.serial > 1_700_000_000
    assert bundle.manifest.opset == 18


def test_one_network_may_serve_both_views(author: Author) -> None:
    author.saves("net.onnx", network())

    code, said = author.packs({**SAYS, "models": {"AR": "net.onnx", "HR": "net.onnx"}})

    assert code == 0, said
    assert Runner(read_bundle(author.out), "cpu").views == ("AR", "HR")


def test_three_networks_that_fit_are_packed_with_the_pair(author: Author, tmp_path: Path) -> None:
    fitting = read_bundle(make_bundle(tmp_path / "fitting"))
    for view in ALL:
        author.saves(f"{view}.onnx", fitting.model(view))
    models = {view: f"{view}.onnx" for view in ALL}

    code, said = author.packs({**SAYS, "models": models, "crop": {"size": 360}})

    assert code == 0, said
    assert Runner(read_bundle(author.out), "cpu").pairs


def test_the_authors_own_golden_frames_must_be_repeated(author: Author) -> None:
    author.saves("net.onnx", network())
    frames = np.stack([np.full((SIDE, SIDE), gray, np.uint8) for gray in (10, 90)])
    says = {**SAYS, "models": {"AR": "net.onnx"}}
    golden = author.folder / "golden.npz"

    np.savez(golden, ar_frames=frames, ar_fat_pct=np.array([1.0, 9.5], np.float32))
    code, said = author.packs(says, "--golden", str(golden))
    assert code == 1
    assert "ar_fat_pct: ONNX Runtime is off by 0.5000 percentage points, 0.05 allowed" in said
    assert not author.out.exists()

    np.savez(golden, ar_frames=frames, ar_fat_pct=np.array([1.0, 9.0], np.float32))
    assert author.packs(says, "--golden", str(golden))[0] == 0


@pytest.mark.parametrize(
    ("arrays", "expected"),
    [
        ({}, "ar_frames: float64 (0,) found, uint8 (n, 64, 64) needed"),
        ({"ar_frames": np.zeros((1, 64, 64))}, "ar_frames: float64 (1, 64, 64) found"),
        ({"ar_frames": np.zeros((0, 64, 64), np.uint8)}, "ar_frames: uint8 (0, 64, 64) found"),
        ({"ar_frames": np.zeros((1, 64, 64), np.uint8)}, "ar_fat_pct: 1 numbers are needed"),
        (
            {"ar_frames": np.zeros((1, 64, 64), np.uint8), "ar_fat_pct": np.array(["1"])},
            "ar_fat_pct: 1 numbers are needed",
        ),
    ],
)
def test_golden_frames_that_are_none_are_refused(
    author: Author, arrays: dict[str, Any], expected: str
) -> None:
    author.saves("net.onnx", network())
    np.savez(author.folder / "golden.npz", **arrays)

    code, said = author.packs(_one_view(), "--golden", str(author.folder / "golden.npz"))

    assert code == 1
    assert expected in said


def test_views_whose_features_the_pair_does_not_take_are_refused(
    author: Author, tmp_path: Path
) -> None:
    eight = read_bundle(make_bundle(tmp_path / "eight", features=8))
    four = read_bundle(make_bundle(tmp_path / "four", features=4))
    for view, bundle in (("AR", eight), ("HR", four), ("AR+HR", eight)):
        author.saves(f"{view}.onnx", bundle.model(view))
    models = {view: f"{view}.onnx" for view in ALL}

    code, said = author.packs({**SAYS, "models": models, "crop": {"size": 360}})

    assert code == 1
    assert "the HR network gives features: float32 (1, 4), but AR+HR takes float32 (1, 8)" in said


def _one_view(**changes: object) -> dict[str, Any]:
    return {**SAYS, "models": {"AR": "net.onnx"}, **changes}


def _without(key: str) -> dict[str, Any]:
    return {name: value for name, value in _one_view().items() if name != key}


@pytest.mark.parametrize(
    ("says", "expected"),
    [
        (_without("measured_on"), "missing required field `measured_on`"),
        (_without("models"), "missing required field `models`"),
        (_one_view(hash="x"), "unknown field `hash`; fields: name, version, serial"),
        (_one_view(name="two words"), "$.name"),
        (_one_view(models={"AR": "other.onnx"}), "net.onnx: models in the manifest names no such"),
        (_one_view(models={"AR": "net.onnx", "HR": "h.onnx"}), "h.onnx: named under models, but"),
        (_one_view(models={"AR": "net.onnx", "AR+HR": "net.onnx"}), "AR+HR needs the networks"),
        (_one_view(crop={"size": 32}), "a bundle's takes frame: uint8 (1, 32, 32, 1)"),
        (_one_view(models=dict.fromkeys(ALL, "net.onnx")), "and features: float32"),
    ],
)
def test_a_manifest_that_does_not_fit_is_refused_in_plain_words(
    author: Author, says: dict[str, Any], expected: str
) -> None:
    author.saves("net.onnx", network())

    code, said = author.packs(says)

    assert code == 1
    assert expected in said
    assert not author.out.exists()


def _float_input() -> onnx.ModelProto:
    return network(element=TensorProto.FLOAT)


def _channels_first() -> onnx.ModelProto:
    model = network()
    dims = model.graph.input[0].type.tensor_type.shape.dim
    dims[1].dim_value, dims[3].dim_value = 1, SIDE
    axes = numpy_helper.from_array(np.array([2, 3], np.int64), "axes")
    model.graph.initializer[0].CopyFrom(axes)
    return model


def _vector_output() -> onnx.ModelProto:
    model = network()
    model.graph.node[-1].op_type = "Identity"
    model.graph.node.append(helper.make_node("Concat", ["mean", "mean"], ["two"], axis=1))
    model.graph.node[-2].output[0] = "unused"
    del model.graph.node[-2]
    model.graph.output[0].name = "two"
    model.graph.output[0].type.tensor_type.shape.dim[1].dim_value = 2
    return model


def _loop() -> onnx.ModelProto:
    model = network()
    model.graph.node.append(helper.make_node("Loop", [], ["z"]))
    return model


def _external() -> onnx.ModelProto:
    model = network()
    onnx.external_data_helper.set_external_data(model.graph.initializer[0], "w.bin")
    return model


def _broken() -> onnx.ModelProto:
    model = network()
    model.graph.node[0].input[0] = "nowhere"
    return model


def _untrained() -> onnx.ModelProto:
    model = network()
    nan = np.array([np.nan], np.float32)
    model.graph.initializer[1].CopyFrom(numpy_helper.from_array(nan, "tenth"))
    return model


def _reaching_beyond() -> onnx.ModelProto:
    """Valid ONNX that fails as soon as it runs: it asks for a row that no window has."""
    model = network()
    model.graph.node[0].input[0] = "row"
    model.graph.node.insert(0, helper.make_node("Gather", ["image", "at"], ["row"], axis=1))
    model.graph.initializer.append(numpy_helper.from_array(np.array([SIDE], np.int64), "at"))
    return model


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (_float_input, f"takes image: float32 (batch, {SIDE}, {SIDE}, 1)"),
        (_channels_first, f"takes image: uint8 (batch, 1, {SIDE}, {SIDE})"),
        (_vector_output, "gives two: float32 (batch, 2); a bundle's gives fat_pct: float32 (1, 1)"),
        (_loop, "operator Loop is not allowed"),
        (_external, "external_data is not allowed"),
        (_broken, "ONNX's own checks refuse it"),
        (_untrained, "NaN or infinity on a virtual frame"),
        (_reaching_beyond, "ONNX Runtime cannot run a network"),
        (lambda: b"not a network", "not an ONNX file"),
    ],
)
def test_a_network_that_does_not_fit_is_refused_in_plain_words(
    author: Author, make: Callable[[], onnx.ModelProto | bytes], expected: str
) -> None:
    author.saves("net.onnx", make())

    code, said = author.packs(_one_view())

    assert code == 1
    assert expected in said
    assert not author.out.exists()


def test_the_help_holds_a_manifest_to_start_from(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["pack", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert '"models": {"AR": "liver.onnx"}' in said
    assert "docs/bundle.md" in said
