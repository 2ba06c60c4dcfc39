"""An 8-bit convolution of few outputs as one of twice as many, of two columns each.

ONNX Runtime's 8-bit product makes 32 or 64 outputs in much the time of 16. A kernel 4 wide with
stride 2 across holds the 3x3 kernel at either of two places; its outputs are those of two
neighbouring columns. In ONNX Runtime, which keeps an 8-bit image's channels together, those lie in
memory as the columns' own would, so that what puts them in their places below is left out.
"""

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper

from export.rewrite.graph import Graph, attributes
from export.rewrite.places import PLACES, at_both

FEW = 16
"""Outputs; of 32 nothing is gained (docs/decisions/0008)."""

STEPS = ("pixels", "columns", "channels")
"""Nodes that put two columns' outputs in their places: channels last, a new shape, and back."""
BOTH = "/both"
"""Ends the names of what is of two columns."""


def side_by_side(model: onnx.ModelProto) -> onnx.ModelProto:
    """Two columns at once in every 8-bit convolution 3x3 of stride 1 and at most `FEW` outputs.

    `model`: quantised, as QDQ. The result is the same number for number, as all sums are of whole
    numbers. A graph without such a convolution comes back as it is.
    """
    graph = Graph(model)
    found = [node for node in graph.nodes if node.op_type == "Conv" and _fits(graph, node)]
    for node in found:
        _widen(graph, node)
    return graph.finish() if found else model


def one_by_one(model: onnx.ModelProto) -> onnx.ModelProto:
    """The inverse, for engines that lose by it; a graph without such comes back as it is."""
    graph = Graph(model)
    named = {node.name: node for node in graph.nodes}
    found = [node for node in graph.nodes if f"{node.name}/{STEPS[-1]}" in named]
    for node in found:
        _narrow(graph, node, [named[f"{node.name}/{step}"] for step in STEPS])
    return graph.finish() if found else model


def _fits(graph: Graph, convolution: onnx.NodeProto) -> bool:
    told = attributes(convolution)
    stored = graph.producer(convolution.input[1])
    rounding = graph.only_user(convolution.output[0])
    size = graph.shape(convolution.output[0])
    if stored is None or stored.op_type != "DequantizeLinear" or len(stored.input) != 3:
        return False
    kernel, zero = graph.constant(stored.input[0]), graph.constant(stored.input[2])
    return (
        kernel is not None
        and kernel.shape[0] <= FEW
        and kernel.shape[2:] == (3, 3)
        and zero is not None
        and not zero.any()
        and told.get("group", 1) == 1
        and told.get("strides", [1, 1]) == told.get("dilations", [1, 1]) == [1, 1]
        and told.get("pads") == [1, 1, 1, 1]
        and rounding is not None
        and rounding.op_type == "QuantizeLinear"
        and len(size) == 4
        and size[3] % PLACES == 0
    )


def _widen(graph: Graph, convolution: onnx.NodeProto) -> None:
    rounding = graph.only_user(convolution.output[0])
    assert rounding is not None  # noqa: S101 - as it fits
    name = convolution.name
    nodes = []

    def add(kind: str, inputs: list[str], step: str, **told: Any) -> str:
        nodes.append(helper.make_node(kind, inputs, [f"{step}:0"], step, **told))
        return f"{step}:0"

    weights = [_weights(graph, tensor) for tensor in convolution.input[1:]]
    told = {"kernel_shape": [3, 3 + PLACES - 1], "strides": [1, PLACES], "pads": [1, 1, 1, 1]}
    wide = add("Conv", [convolution.input[0], *weights], name, **told)
    rounded = add("QuantizeLinear", [wide, *rounding.input[1:]], rounding.name)
    _, outputs, height, width = graph.shape(convolution.output[0])
    shape = graph.add_constant(f"{name}/shape", np.array([1, height, width, outputs], np.int64))
    steps = [f"{name}/{step}" for step in STEPS]
    pixels = add("Transpose", [rounded], steps[0], perm=[0, 2, 3, 1])
    columns = add("Reshape", [pixels, shape], steps[1])
    add("Transpose", [columns], steps[2], perm=[0, 3, 1, 2])
    nodes[-1].output[0] = rounding.output[0]
    graph.replace([convolution, rounding], nodes)


def _weights(graph: Graph, tensor: str) -> str:
    """Kernel or bias of a convolution, for both places."""
    stored = graph.producer(tensor)
    if stored is None:
        return _of_both(graph, tensor)
    both = onnx.NodeProto()
    both.CopyFrom(stored)
    both.input[:] = [_of_both(graph, each) for each in stored.input]
    graph.replace([stored], [both])
    return tensor


def _narrow(graph: Graph, convolution: onnx.NodeProto, steps: list[onnx.NodeProto]) -> None:
    rounding = graph.only_user(convolution.output[0])
    assert rounding is not None  # noqa: S101 - `_widen` made it
    out = steps[-1].output[0]
    outputs = graph.shape(out)[1]
    stored = [graph.producer(tensor) for tensor in convolution.input[1:]]
    for node in (convolution, *(each for each in stored if each is not None)):
        for at, name in enumerate(node.input):
            if name.endswith(BOTH):
                value = graph.constant(name)
                assert value is not None  # noqa: S101 - `_of_both` made it
                one = value[:outputs, ..., :3] if value.ndim == 4 else value[:outputs]
                node.input[at] = graph.add_constant(name.removesuffix(BOTH), one)
    told = {"kernel_shape": [3, 3], "strides": [1, 1], "pads": [1, 1, 1, 1]}
    narrow = helper.make_node(
        "Conv", convolution.input, convolution.output, convolution.name, **told
    )
    rounded = helper.make_node("QuantizeLinear", rounding.input, [out], rounding.name)
    graph.replace([convolution, rounding, *steps], [narrow, rounded])


def _of_both(graph: Graph, name: str) -> str:
    """A constant of the convolution's, for both places; a single number holds for both as it is."""
    value: NDArray[Any] | None = graph.constant(name)
    assert value is not None  # noqa: S101 - quantised weights are constants
    if value.ndim == 0:
        return name
    both = at_both(value) if value.ndim == 4 else np.tile(value, PLACES)
    return graph.add_constant(f"{name}{BOTH}", both)
