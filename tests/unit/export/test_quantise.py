"""8 bits where they pay, fp32 where they do not, and layers back in fp32 where accuracy asks."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

from edge.contract.variant import Parity
from export import mixed
from export.half import to_half
from export.networks import for_cpu
from export.parity import measure, strain
from export.quantise import METHODS, Method, Quantiser, frame_inputs
from export.rewrite import pooling
from export.rewrite.names import name_layers
from export.rewrite.normalisation import fold_normalisation
from tests.unit.export.graphs import SCALE, SHIFT, kinds, network, outputs, some_frames

FRAMES = some_frames(32)


def made(architecture: str, folder: Path) -> Quantiser:
    graph = name_layers(fold_normalisation(network(architecture)))
    return Quantiser(graph, frame_inputs(FRAMES), folder)


def in_8_bits(model: onnx.ModelProto) -> int:
    """Layers whose weights are 8-bit."""
    types = {array.name: array.data_type for array in model.graph.initializer}
    shapes = {array.name: array.dims for array in model.graph.initializer}
    return sum(
        kind == onnx.TensorProto.INT8 and len(shapes[name]) > 1 for name, kind in types.items()
    )


@pytest.mark.parametrize("architecture", ["paper", "strided"])
def test_all_but_the_last_dense_layer_and_a_first_convolution_that_loses_by_it(
    architecture: str, tmp_path: Path
) -> None:
    quantiser = made(architecture, tmp_path)

    model = quantiser.quantise("minmax", [])

    in_fp32 = ["conv1"] if architecture == "strided" else []
    names = [name for name in ("conv1", "conv2", "conv3", "dense1") if name not in in_fp32]
    assert quantiser.layers == names
    assert in_8_bits(model) == len(names)
    first = next(node for node in model.graph.node if node.op_type == "Conv")
    stored = {array.name: array for array in model.graph.initializer}
    assert (first.input[1] in stored) == bool(in_fp32)
    assert [opset.domain for opset in model.opset_import] == [""]
    wanted, found = (outputs(one, FRAMES)[0][:, 0] for one in (quantiser.model, model))
    assert 0 < measure(wanted, found).mean_abs_pct < 0.05 * np.ptp(wanted)


@pytest.mark.parametrize("method", METHODS)
def test_frames_are_read_as_they_come(method: Method, tmp_path: Path) -> None:
    """No method may clip or stretch them, as entropy would."""
    model = made("paper", tmp_path).quantise(method, [])

    assert not {"Cast", "Sub"} & set(kinds(model))
    read = next(node for node in model.graph.node if node.op_type == "Conv").input[0]
    bytes_read = next(node for node in model.graph.node if read in node.output)
    stored = {array.name: numpy_helper.to_array(array) for array in model.graph.initializer}
    scale, zero = (stored[name].item() for name in bytes_read.input[1:])
    assert (scale, zero) == (1, round(-SHIFT / SCALE))


def test_a_first_layer_that_is_kept_is_in_bands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pooling, "BAND_BYTES", 1)

    model = made("paper", tmp_path).quantise("minmax", ["conv1"])

    assert in_8_bits(model) == 3
    assert kinds(model).count("Conv") == 3
    assert kinds(for_cpu(model)).count("Conv") == 12 + 2


def test_no_two_products_can_overflow_16_bits(tmp_path: Path) -> None:
    model = made("paper", tmp_path).quantise("minmax", [])

    weights = [
        numpy_helper.to_array(array)
        for array in model.graph.initializer
        if array.data_type == onnx.TensorProto.INT8 and len(array.dims) > 1
    ]

    assert weights
    for values in weights:
        assert 255 * 2 * int(np.abs(values.astype(np.int16)).max()) <= 2**15 - 1


def test_a_layer_that_is_kept_stays_in_fp32(tmp_path: Path) -> None:
    quantiser = made("strided", tmp_path)

    assert in_8_bits(quantiser.quantise("minmax", ["conv3", "dense1"])) == 1


def test_with_every_layer_kept_it_is_the_fp32_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quantiser = made("strided", tmp_path)
    wanted = run(quantiser.model.SerializeToString())
    monkeypatch.setattr(mixed, "over_limit", lambda *_: ["too far"])

    plan = mixed.choose(quantiser, run, wanted)

    assert sorted(plan.kept) == sorted(quantiser.layers)
    assert plan.model.SerializeToString() == quantiser.model.SerializeToString()
    assert plan.found.max_abs_pct == 0


def test_every_method_can_be_tried(tmp_path: Path) -> None:
    quantiser = made("strided", tmp_path)
    wanted = outputs(quantiser.model, FRAMES)[0][:, 0]
    errors = {
        method: measure(wanted, outputs(quantiser.quantise(method, []), FRAMES)[0][:, 0])
        for method in METHODS
    }

    plan = mixed.choose(quantiser, run, wanted)

    assert len({round(found.mean_abs_pct, 9) for found in errors.values()}) > 1
    assert plan.found.mean_abs_pct <= min(found.mean_abs_pct for found in errors.values())


def test_the_most_sensitive_layers_go_back_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quantiser = made("strided", tmp_path)
    wanted = outputs(quantiser.model, FRAMES)[0][:, 0]

    def two_layers_too_many(found: Parity, *_: object) -> list[str]:
        asked.append(found.mean_abs_pct)
        return ["too far"] if len(asked) <= 2 else []

    asked: list[float] = []
    monkeypatch.setattr(mixed, "over_limit", two_layers_too_many)

    plan = mixed.choose(quantiser, run, wanted)

    alone = {
        layer: strain(
            mixed._try(
                quantiser,
                run,
                wanted,
                plan.method,
                [one for one in quantiser.layers if one != layer],
            ).found,
            "int8",
        )
        for layer in quantiser.layers
    }
    assert plan.kept == sorted(alone, key=lambda layer: -alone[layer])[:2]
    assert in_8_bits(plan.model) == 1


def run(data: bytes) -> np.ndarray:
    return outputs(onnx.load_from_string(data), FRAMES)[0][:, 0]


@pytest.mark.parametrize("architecture", ["paper", "strided"])
def test_half_precision_keeps_inputs_and_outputs(architecture: str) -> None:
    full = name_layers(fold_normalisation(network(architecture)))

    half = to_half(full)

    assert half.graph.input[0].type.tensor_type.elem_type == onnx.TensorProto.UINT8
    kinds_out = {value.type.tensor_type.elem_type for value in half.graph.output}
    assert kinds_out == {onnx.TensorProto.FLOAT}
    assert len(half.SerializeToString()) < 0.7 * len(full.SerializeToString())
    assert kinds(half).count("Conv") == 3
    wanted, found = (outputs(one, FRAMES)[0][:, 0] for one in (full, half))
    assert 0 < measure(wanted, found).max_abs_pct < 0.01 * np.ptp(wanted)
