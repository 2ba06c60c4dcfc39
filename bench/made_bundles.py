"""Bundles made for measuring alone: one that infers nothing, and the paper's network at random."""

import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper
from onnx.shape_inference import infer_shapes

from edge.contract.bundle import write_bundle
from edge.contract.manifest import GOLDEN_NAME, Manifest
from edge.contract.variant import ModelName, Variant
from edge.runner_sessions import open_session
from export.rewrite.pooling import fold_pooling

OPSET, IR_VERSION, SIZE = 18, 10, 360
FILTERS = (8, 16, 32, 64, 128)
DENSE_UNITS = 64
"""Of the paper's single-view network, as `train.models` builds it: 157,981,248 MAC."""

GOLDEN_FRAMES = 4
FILE, WHOLE_FILE = "AR.onnx", "AR.whole.onnx"


def null_bundle(path: Path) -> Path:
    """Write a bundle whose network says 5 % whatever it sees, in a few microseconds."""
    nodes = [
        helper.make_node("Slice", ["frame", "start", "stop", "axes"], ["pixel"]),
        helper.make_node("Cast", ["pixel"], ["gray"], to=TensorProto.FLOAT),
        helper.make_node("Reshape", ["gray", "shape"], ["flat"]),
        helper.make_node("Mul", ["flat", "none"], ["nothing"]),
        helper.make_node("Add", ["nothing", "five"], ["fat_pct"]),
    ]
    constants: dict[str, NDArray[Any]] = {
        "start": np.array([0, 0], np.int64),
        "stop": np.array([1, 1], np.int64),
        "axes": np.array([1, 2], np.int64),
        "shape": np.array([1, 1], np.int64),
        "none": np.zeros((1, 1), np.float32),
        "five": np.full((1, 1), 5, np.float32),
    }
    return _write(path, _model("null", nodes, constants))


def paper_bundle(path: Path, seed: int = 0) -> Path:
    """Write a bundle of the paper's single-view network in fp32 with weights at random.

    Its first layer is in bands of rows, as `export` writes it; whole, beside it, for other engines.
    """
    random = np.random.default_rng(seed)
    constants: dict[str, NDArray[Any]] = {
        "image": np.array([1, 1, SIZE, SIZE], np.int64),
        "middle": np.full((1, 1, 1, 1), 60, np.float32),
        "row": np.array([1, -1], np.int64),
    }
    nodes = [
        helper.make_node("Cast", ["frame"], ["gray"], to=TensorProto.FLOAT),
        helper.make_node("Reshape", ["gray", "image"], ["one_channel"]),
        helper.make_node("Sub", ["one_channel", "middle"], ["x0"]),
    ]
    inputs, side = 1, SIZE
    for number, filters in enumerate(FILTERS, start=1):
        nodes += _convolution(number)
        scale = np.sqrt(2 / (9 * inputs)) / (60 if number == 1 else 1)
        constants[f"w{number}"] = _weights(random, (filters, inputs, 3, 3), scale)
        constants[f"b{number}"] = np.zeros(filters, np.float32)
        inputs, side = filters, side // 2
    features = inputs * side * side
    constants |= {
        "w6": _weights(random, (features, DENSE_UNITS), np.sqrt(2 / features)),
        "b6": np.zeros(DENSE_UNITS, np.float32),
        "w7": _weights(random, (DENSE_UNITS, 1), np.sqrt(1 / DENSE_UNITS)),
        "b7": np.full(1, 10, np.float32),
    }
    nodes += [
        helper.make_node("Transpose", ["x5"], ["last"], perm=[0, 2, 3, 1]),
        helper.make_node("Reshape", ["last", "row"], ["flat"]),
        helper.make_node("Gemm", ["flat", "w6", "b6"], ["dense"]),
        helper.make_node("Relu", ["dense"], ["lit"]),
        helper.make_node("Gemm", ["lit", "w7", "b7"], ["fat_pct"]),
    ]
    whole = infer_shapes(_model("paper-at-random", nodes, constants), data_prop=True)
    return _write(path, fold_pooling(whole), whole)


def _convolution(number: int) -> list[NodeProto]:
    """Convolution 3x3, ReLU, maximum of 2x2."""
    given, name = f"x{number - 1}", f"{number}"
    return [
        helper.make_node("Conv", [given, f"w{name}", f"b{name}"], [f"c{name}"], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", [f"c{name}"], [f"r{name}"]),
        helper.make_node(
            "MaxPool", [f"r{name}"], [f"x{name}"], kernel_shape=[2, 2], strides=[2, 2]
        ),
    ]


def _weights(
    random: np.random.Generator, shape: tuple[int, ...], scale: float
) -> NDArray[np.float32]:
    return (random.standard_normal(shape) * scale).astype(np.float32)


def _write(path: Path, network: ModelProto, whole: ModelProto | None = None) -> Path:
    """`whole`: the same network as other engines than ONNX Runtime like it; None: the very same."""
    model = network.SerializeToString()
    files = {FILE: model, GOLDEN_NAME: _golden(model)}
    if whole is not None:
        files[WHOLE_FILE] = whole.SerializeToString()
    batched: dict[ModelName, str] = {"AR": WHOLE_FILE} if whole is not None else {}
    manifest = Manifest(
        name=network.graph.name,
        version="0",
        variants={"fp32": Variant(models={"AR": FILE}, batched=batched)},
        measured_on="nothing: made to be timed",
        opset=OPSET,
    )
    write_bundle(path, manifest, files)
    return path


def _model(name: str, nodes: list[NodeProto], constants: dict[str, NDArray[Any]]) -> ModelProto:
    shape = [1, SIZE, SIZE, 1]
    for node in nodes:
        node.name = node.output[0]
    graph = helper.make_graph(
        nodes,
        name,
        [helper.make_tensor_value_info("frame", TensorProto.UINT8, shape)],
        [helper.make_tensor_value_info("fat_pct", TensorProto.FLOAT, [1, 1])],
        [numpy_helper.from_array(array, key) for key, array in constants.items()],
    )
    opsets = [helper.make_opsetid("", OPSET)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)


def _golden(model: bytes) -> bytes:
    """What this machine makes of some frames at random: there is nothing else to hold it to."""
    frames = np.random.default_rng(1).integers(0, 255, (GOLDEN_FRAMES, SIZE, SIZE), np.uint8)
    session = open_session(model, "cpu")
    said = [
        session.run(["fat_pct"], {"frame": frame[None, ..., None]})[0].item() for frame in frames
    ]
    file = io.BytesIO()
    np.savez_compressed(file, ar_frames=frames, ar_fat_pct=np.array(said, np.float32))
    return file.getvalue()
