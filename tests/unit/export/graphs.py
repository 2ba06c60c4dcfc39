"""Small networks of both architectures as ONNX graphs, as tf2onnx would give them."""

from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from edge.runner_sessions import open_session
from export.quantise import Quantiser, frame_inputs
from export.rewrite.names import name_layers
from export.rewrite.normalisation import fold_normalisation

SIDE = 24
CHANNELS = (4, 6, 8)
SCALE, SHIFT = 0.021, -1.7


def network(architecture: str, seed: int = 0) -> onnx.ModelProto:
    """A single-view network over (1, 24, 24, 1): three convolutions and two dense layers.

    "paper": 3x3 convolutions, each with a 2x2 maximum; "strided": a 2x2 mean first, then
    convolutions of stride 2. Both with the input normalisation as a product and a sum.
    """
    graph = _Sketch(np.random.default_rng(seed))
    graph.add("Cast", ["frame"], "gray", to=TensorProto.FLOAT)
    if architecture == "paper":
        graph.add("Reshape", [graph.normalised("gray"), graph.shape(1, 1, SIDE, SIDE)], "x0")
    else:
        graph.add("Reshape", ["gray", graph.shape(1, 1, SIDE, SIDE)], "image")
        graph.add("AveragePool", ["image"], "small", kernel_shape=[2, 2], strides=[2, 2])
        graph.normalised("small")
        graph.nodes[-1].output[0] = "x0"
    side = _convolutions(graph, architecture)
    width = side * side * CHANNELS[-1]
    graph.add("Transpose", [f"x{len(CHANNELS)}"], "rows", perm=[0, 2, 3, 1])
    graph.add("Reshape", ["rows", graph.shape(1, width)], "features")
    graph.add("Gemm", ["features", *graph.weights((width, 16), 16)], "hidden")
    graph.add("Relu", ["hidden"], "active")
    graph.add("Gemm", ["active", *graph.weights((16, 1), 1)], "fat_pct")
    return graph.model(width)


def outputs(model: onnx.ModelProto, frames: NDArray[np.uint8]) -> list[NDArray[Any]]:
    """`fat_pct` (n, 1) and `features` (n, width) of frames (n, side, side), one at a time."""
    session = open_session(model.SerializeToString(), "cpu")
    names = ["fat_pct", "features"]
    rows = [session.run(names, {"frame": frame[np.newaxis, ..., np.newaxis]}) for frame in frames]
    return [np.concatenate(column) for column in zip(*rows, strict=True)]


def some_frames(number: int = 6) -> NDArray[np.uint8]:
    """Frames with bright and dark borders, where a wrong padding shows."""
    return np.random.default_rng(5).integers(0, 256, (number, SIDE, SIDE), np.uint8)


def in_8_bits(architecture: str, folder: Path, kept: list[str] | None = None) -> onnx.ModelProto:
    """Such a network quantised on `some_frames`."""
    folder = folder / architecture
    folder.mkdir(exist_ok=True)
    graph = name_layers(fold_normalisation(network(architecture)))
    return Quantiser(graph, frame_inputs(some_frames(8)), folder).quantise("minmax", kept or [])


def assert_equal(one: onnx.ModelProto, other: onnx.ModelProto) -> None:
    """Both say the same of `some_frames`, to the last bit, and not of all of them the same."""
    frames = some_frames(8)
    both = list(zip(outputs(one, frames), outputs(other, frames), strict=True))
    assert np.ptp(both[0][0]) > 0
    for wanted, found in both:
        np.testing.assert_array_equal(found, wanted)


def kinds(model: onnx.ModelProto) -> list[str]:
    """Operators in their order."""
    return [node.op_type for node in model.graph.node]


class _Sketch:
    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self.nodes: list[onnx.NodeProto] = []
        self._constants: list[onnx.TensorProto] = []

    def add(self, kind: str, inputs: list[str], output: str, **told: Any) -> None:
        self.nodes.append(helper.make_node(kind, inputs, [output], **told))

    def constant(self, value: NDArray[Any]) -> str:
        name = f"constant{len(self._constants)}"
        self._constants.append(numpy_helper.from_array(value, name))
        return name

    def shape(self, *sides: int) -> str:
        return self.constant(np.array(sides, np.int64))

    def weights(self, shape: tuple[int, ...], outputs: int) -> list[str]:
        fan_in = np.prod(shape) / outputs
        kernel = self._rng.normal(0, np.sqrt(2 / fan_in), shape)
        bias = self._rng.normal(0, 0.3, outputs)
        return [self.constant(kernel.astype(np.float32)), self.constant(bias.astype(np.float32))]

    def normalised(self, tensor: str) -> str:
        self.add("Mul", [tensor, self.constant(np.array([SCALE], np.float32))], f"{tensor}_scaled")
        shift = self.constant(np.array([SHIFT], np.float32))
        self.add("Add", [f"{tensor}_scaled", shift], f"{tensor}_normalised")
        return f"{tensor}_normalised"

    def model(self, width: int) -> onnx.ModelProto:
        frame = helper.make_tensor_value_info("frame", TensorProto.UINT8, [1, SIDE, SIDE, 1])
        results = [
            helper.make_tensor_value_info("fat_pct", TensorProto.FLOAT, [1, 1]),
            helper.make_tensor_value_info("features", TensorProto.FLOAT, [1, width]),
        ]
        graph = helper.make_graph(self.nodes, "small", [frame], results, self._constants)
        opsets = [helper.make_opsetid("", 18)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=10)
        onnx.checker.check_model(model, full_check=True)
        return onnx.shape_inference.infer_shapes(model, strict_mode=True)


def _convolutions(graph: _Sketch, architecture: str) -> int:
    """The convolutions; gives the side of what they leave."""
    side, channels = SIDE if architecture == "paper" else SIDE // 2, 1
    for number, filters in enumerate(CHANNELS):
        told = {"kernel_shape": [3, 3], "strides": [1, 1], "pads": [1, 1, 1, 1]}
        if architecture == "strided":
            odd = side % 2
            told |= {"strides": [2, 2], "pads": [odd, odd, 1, 1]}
        inputs = [f"x{number}", *graph.weights((filters, channels, 3, 3), filters)]
        graph.add("Conv", inputs, f"c{number}", **told)
        graph.add(
            "Relu", [f"c{number}"], f"r{number}" if architecture == "paper" else f"x{number + 1}"
        )
        if architecture == "paper":
            graph.add(
                "MaxPool", [f"r{number}"], f"x{number + 1}", kernel_shape=[2, 2], strides=[2, 2]
            )
        side, channels = -(-side // 2), filters
    return side
