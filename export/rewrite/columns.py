"""An 8-bit convolution of few outputs as one of twice as many, of two columns each.

ONNX Runtime's 8-bit product makes 32 or 64 outputs in much the time of 16. A kernel 4 wide with
stride 2 across holds the 3x3 kernel at either of two places; its outputs are those of two
neighbouring columns. In ONNX Runtime, which keeps an 8-bit image's channels together, those lie in
memory as the columns' own would, so that what puts them in their places below is left out.
"""

import onnx

from export.rewrite.channels_last import names, reshaped
from export.rewrite.graph import Graph, is_3x3, like
from export.rewrite.places import PLACES, at_both
from export.rewrite.stored import change, change_back, stored_kernel

FEW = 16
"""Outputs; of 32 nothing is gained (docs/decisions/0008)."""

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
    found = [node for node in graph.nodes if names(node.name)[-1] in named]
    for node in found:
        _narrow(graph, node, [named[name] for name in names(node.name)])
    return graph.finish() if found else model


def _fits(graph: Graph, convolution: onnx.NodeProto) -> bool:
    kernel = stored_kernel(graph, convolution)
    rounding = graph.only_user(convolution.output[0])
    size = graph.shape(convolution.output[0])
    return (
        kernel is not None
        and kernel.shape[0] <= FEW
        and is_3x3(convolution, kernel)
        and rounding is not None
        and rounding.op_type == "QuantizeLinear"
        and len(size) == 4
        and size[3] % PLACES == 0
    )


def _widen(graph: Graph, convolution: onnx.NodeProto) -> None:
    rounding = graph.only_user(convolution.output[0])
    assert rounding is not None  # noqa: S101 - as it fits
    weights = change(graph, convolution, BOTH, at_both, PLACES)
    told = {"kernel_shape": [3, 3 + PLACES - 1], "strides": [1, PLACES], "pads": [1, 1, 1, 1]}
    wide = like(convolution, convolution.input[0], *weights, **told)
    rounded = like(rounding, wide.output[0])
    _, outputs, height, width = graph.shape(convolution.output[0])
    steps = reshaped(graph, rounded.output[0], convolution.name, height, width, outputs)
    steps[-1].output[0] = rounding.output[0]
    graph.replace([convolution, rounding], [wide, rounded, *steps])


def _narrow(graph: Graph, convolution: onnx.NodeProto, steps: list[onnx.NodeProto]) -> None:
    rounding = graph.only_user(convolution.output[0])
    assert rounding is not None  # noqa: S101 - `_widen` made it
    out = steps[-1].output[0]
    outputs = graph.shape(out)[1]
    weights = change_back(graph, convolution, BOTH, lambda both: both[:outputs, ..., :3], outputs)
    told = {"kernel_shape": [3, 3], "strides": [1, 1], "pads": [1, 1, 1, 1]}
    narrow = like(convolution, convolution.input[0], *weights, **told)
    rounded = like(rounding, narrow.output[0])
    rounded.output[0] = out
    graph.replace([convolution, rounding, *steps], [narrow, rounded])
