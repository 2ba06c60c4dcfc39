"""Heads in the graph say what NumPy says from the same weights, and spoil nothing."""

import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from edge.contract.heads import DomainLimits, Heads
from export.heads import append_heads, with_heads
from export.run_error import RunError
from export.run_heads import read_heads
from train.heads.domain import DomainHead, fit_domain

SIDE, CHANNELS = 6, 4
Floats = NDArray[np.float32]
RNG = np.random.default_rng(0)
FRAMES = RNG.integers(0, 256, (3, 360, 360)).astype(np.uint8)


def graph(*, halved: bool = False) -> onnx.ModelProto:
    """A small single-view model: the frame averaged, four channels of it, their mean.

    `halved`: averaged over 2 x 2 pixels first, as the shipped architecture does.
    """
    constants = {
        "kernel": np.array([0.01, 0.02, -0.01, 0.03], np.float32).reshape(CHANNELS, 1, 1, 1),
        "bias": np.array([0.1, -2.0, 1.5, 0.0], np.float32),
        "flat": np.array([1, SIDE * SIDE * CHANNELS], np.int64),
        "last": np.array([1], np.int64),
    }
    nodes = [
        helper.make_node("Cast", ["frame"], ["gray"], to=TensorProto.FLOAT),
        helper.make_node("Transpose", ["gray"], ["first"], perm=[0, 3, 1, 2]),
        *averages((2, 30) if halved else (60,)),
        helper.make_node("Conv", ["coarse", "kernel", "bias"], ["conv"]),
        helper.make_node("Relu", ["conv"], ["relu"]),
        helper.make_node("Transpose", ["relu"], ["last_map"], perm=[0, 2, 3, 1]),
        helper.make_node("Reshape", ["last_map", "flat"], ["features"]),
        helper.make_node("ReduceMean", ["features", "last"], ["fat_pct"], keepdims=1),
    ]
    frame = helper.make_tensor_value_info("frame", TensorProto.UINT8, [1, 360, 360, 1])
    outputs = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, width])
        for name, width in (("fat_pct", 1), ("features", SIDE * SIDE * CHANNELS))
    ]
    made = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    body = helper.make_graph(nodes, "small", [frame], outputs, made)
    return helper.make_model(body, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)


def averages(sizes: tuple[int, ...]) -> list[onnx.NodeProto]:
    """One average after the other, from `first` to `coarse`."""
    names = ["first", *(f"averaged{number}" for number in range(len(sizes) - 1)), "coarse"]
    return [
        helper.make_node("AveragePool", [at], [to], kernel_shape=[size, size], strides=[size, size])
        for (at, to), size in zip(itertools.pairwise(names), sizes, strict=True)
    ]


def run(model: onnx.ModelProto, frame: NDArray[np.uint8], *names: str) -> list[Floats]:
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    return list(session.run(list(names), {"frame": frame[np.newaxis, ..., np.newaxis]}))


def domain_head() -> DomainHead:
    rng = np.random.default_rng(3)
    known = rng.gamma(2.0, 1.0, (300, SIDE * SIDE * CHANNELS)).astype(np.float32)
    return fit_domain(known, SIDE)


def weights() -> dict[str, Any]:
    rng = np.random.default_rng(1)
    filters = (1, 16, 32, 48, 64)
    found: dict[str, Any] = {"view.scale": np.float32(1 / 64), "view.offset": np.float32(-1)}
    for number, (before, after) in enumerate(itertools.pairwise(filters), start=1):
        kernel = rng.normal(0, (2 / (9 * before)) ** 0.5, (3, 3, before, after))
        found[f"view.conv{number}.kernel"] = kernel.astype(np.float32)
        found[f"view.conv{number}.bias"] = rng.normal(0, 0.1, after).astype(np.float32)
    found["view.logit.kernel"] = rng.normal(0, 0.02, (6 * 6 * 64, 3)).astype(np.float32)
    found["view.logit.bias"] = np.array([0.5, 0.0, -0.5], np.float32)
    head = vars(domain_head())
    return found | {f"AR.{name}": np.asarray(value, np.float32) for name, value in head.items()}


def view_logit(frame: NDArray[np.uint8], of: dict[str, Any]) -> Floats:
    """The view network in NumPy: rows, columns, channels; padded as TensorFlow's "same"."""
    x = frame.reshape(90, 4, 90, 4).mean((1, 3), dtype=np.float64)[..., np.newaxis]
    x = x * of["view.scale"] + of["view.offset"]
    for number in range(1, 5):
        lost = max((-(-len(x) // 2) - 1) * 2 + 3 - len(x), 0)
        pad = (lost // 2, lost - lost // 2)
        tiles = sliding_window_view(np.pad(x, (pad, pad, (0, 0))), (3, 3), (0, 1))[::2, ::2]
        x = np.einsum("yxcij,ijcf->yxf", tiles, of[f"view.conv{number}.kernel"])
        x = np.maximum(x + of[f"view.conv{number}.bias"], 0)
    return np.asarray(x.reshape(1, -1) @ of["view.logit.kernel"] + of["view.logit.bias"])


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "halved"])
def whole(request: pytest.FixtureRequest) -> onnx.ModelProto:
    return append_heads(graph(halved=request.param), "AR", weights())


def test_a_frame_that_the_graph_averages_is_not_averaged_anew() -> None:
    for halved, sizes in ((False, [60, 4]), (True, [2, 30, 2])):
        nodes = append_heads(graph(halved=halved), "AR", weights()).graph.node
        found = [node for node in nodes if node.op_type == "AveragePool"]
        assert [helper.get_node_attr_value(node, "kernel_shape")[0] for node in found] == sizes


def test_the_graph_says_what_numpy_says(whole: onnx.ModelProto) -> None:
    for frame in FRAMES:
        logit, score, features = run(whole, frame, "view_logit", "domain", "features")
        np.testing.assert_allclose(logit, view_logit(frame, weights()), atol=1e-4)
        wanted = domain_head().scores(features)
        np.testing.assert_allclose(score[:, 0], wanted, rtol=1e-4, atol=1e-4)


def test_another_frame_has_other_outputs(whole: onnx.ModelProto) -> None:
    """The control: constant outputs would agree with anything constant."""
    first, second = (
        run(whole, frame, "view_logit", "domain") for frame in (FRAMES[0], FRAMES[0] // 2)
    )
    assert np.abs(first[0] - second[0]).max() > 0.1
    assert np.abs(first[1] - second[1]).max() > 0.1


def test_shapes_are_as_agreed_and_the_first_outputs_stay_as_they_were(
    whole: onnx.ModelProto,
) -> None:
    shapes = {
        out.name: [size.dim_value for size in out.type.tensor_type.shape.dim]
        for out in whole.graph.output
    }
    assert shapes == {
        "fat_pct": [1, 1],
        "features": [1, 144],
        "view_logit": [1, 3],
        "domain": [1, 1],
    }
    for name in ("fat_pct", "features"):
        np.testing.assert_array_equal(
            run(whole, FRAMES[0], name)[0], run(graph(), FRAMES[0], name)[0]
        )


def test_heads_that_do_not_fit_the_network_are_refused() -> None:
    other = weights() | {"AR.pooling": np.ones((9, 25), np.float32)}
    with pytest.raises(RunError, match="does not fit the AR network"):
        append_heads(graph(), "AR", other)
    with pytest.raises(RunError, match="does not fit the HR network"):
        append_heads(graph(), "HR", weights())


def write(run_folder: Path) -> Heads:
    limits = DomainLimits(near=3.0, out=5.0)
    heads = Heads(sure=0.8, domain={"AR": limits, "HR": limits}, fitted_on="nothing")
    (run_folder / "heads.json").write_bytes(msgspec.json.encode({"heads": heads}))
    np.savez(run_folder / "heads.npz", **weights())
    return heads


def test_heads_are_read_from_a_run_and_may_be_absent(tmp_path: Path) -> None:
    assert read_heads(tmp_path) is None
    heads = write(tmp_path)
    found = read_heads(tmp_path)
    assert found is not None
    assert found.heads == heads
    assert set(found.weights) == set(weights())
    both = found.weights | {f"HR{k[2:]}": v for k, v in weights().items() if k.startswith("AR")}
    graphs = with_heads({"AR": graph(), "AR+HR": graph()}, replace(found, weights=both))
    assert [len(graphs[name].graph.output) for name in ("AR", "AR+HR")] == [4, 2]
    assert len(with_heads({"AR": graph()}, None)["AR"].graph.output) == 2


@pytest.mark.parametrize("damaged", ["heads.json", "heads.npz"])
def test_damaged_or_half_heads_are_refused_with_the_remedy(tmp_path: Path, damaged: str) -> None:
    write(tmp_path)
    (tmp_path / damaged).write_bytes(b"{}")
    with pytest.raises(RunError, match="python -m train heads"):
        read_heads(tmp_path)
    (tmp_path / damaged).unlink()
    with pytest.raises(RunError, match="python -m train heads"):
        read_heads(tmp_path)
