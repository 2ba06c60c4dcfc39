"""First convolution and half of its max pooling as one convolution of stride 2, in bands of rows.

A 2x2 maximum with stride 2 over a 3x3 convolution looks at two neighbouring columns of outputs, and
each of them sees the image moved by a pixel. A kernel 4 wide with stride 2 across holds the 3x3
kernel at one of two places; of twice as many outputs, the maximum of two rows, then of the two
places, is the pooled one. The paper's 8 filters, thus 16, fill a vector of AVX-512; what fills half
of one is as slow, and ONNX Runtime pools it in a slower way. An 8-bit network whose first layer
accuracy keeps in fp32 has it so as well; else that is in blocks (`export.rewrite.blocks`).

What the first convolution gives is by far the largest thing in the network: 4 MB of the paper's.
One band of rows after the other, it stays in a core's own cache until it is a quarter of that.
"""

from typing import Any, NamedTuple

import numpy as np
import onnx
from onnx import helper

from export.rewrite.graph import Graph, attributes, is_3x3
from export.rewrite.places import PLACES, at_both

BAND_BYTES = 512 * 1024
"""Of the convolution's output, at most, in a band: half of the smallest second-level cache that a
core with AVX-512 has. 275 to 460 kB are equally fast on one with 2 MB (docs/decisions/0008)."""


class Rows(NamedTuple):
    """Output rows [first, last) of the first convolution, out of `height`."""

    first: int
    last: int
    height: int

    @property
    def seen(self) -> tuple[int, int]:
        """Input rows [first, last) under the 3x3 kernel, padding left out."""
        return max(self.first - 1, 0), min(self.last + 1, self.height)

    @property
    def padding(self) -> tuple[int, int]:
        """Rows of it above and below."""
        return int(self.first == 0), int(self.last == self.height)


class Layer(NamedTuple):
    """The nodes that make up the first layer."""

    convolution: onnx.NodeProto
    relu: onnx.NodeProto
    pool: onnx.NodeProto


def fold_pooling(model: onnx.ModelProto) -> onnx.ModelProto:
    """Replace Conv 3x3, Relu, MaxPool 2x2 by bands of Conv 3x4 with stride 2 across, MaxPool, Max.

    `model`: its nodes named; the new ones are named after the old ones and their band (conv1/0).
    Only where the first convolution has one input channel, stride 1 and a padding of 1; a graph
    without that pattern comes back as it is.
    """
    graph = Graph(model)
    layer = first_layer(graph)
    if layer is None:
        return model
    kernel, bias = (graph.constant(name) for name in layer.convolution.input[1:3])
    if kernel is None or bias is None:
        return model
    weights = [
        graph.add_constant("two_kernels", at_both(kernel)),
        graph.add_constant("two_biases", np.tile(bias, PLACES)),
    ]
    height, width = graph.shape(layer.convolution.input[0])[2:]
    bands = _bands(height, kernel.dtype.itemsize * len(kernel) * width)
    new = [
        node
        for number, rows in enumerate(bands)
        for node in _band(graph, layer, weights, rows, str(number))
    ]
    pooled = [node.output[0] for node in new if node.op_type == "Max"]
    out = layer.pool.output[0]
    new.append(helper.make_node("Concat", pooled, [out], f"{layer.pool.name}/bands", axis=2))
    graph.replace(list(layer), new)
    return graph.finish()


def first_layer(graph: Graph) -> Layer | None:
    """Convolution 3x3 over one channel, ReLU and maximum of 2x2, where a network begins by them."""
    convolution = graph.first("Conv")
    if convolution is None or not _fits(graph, convolution):
        return None
    nodes = graph.line(convolution, len(Layer._fields))
    if [node.op_type for node in nodes[1:]] != ["Relu", "MaxPool"] or not halves(nodes[-1]):
        return None
    return Layer(*nodes)


def _bands(height: int, row_bytes: int) -> list[Rows]:
    """As few as are small enough; all of one, even, number of rows."""
    pairs = height // 2
    for rows in (2 * pairs // number for number in range(1, pairs + 1) if pairs % number == 0):
        if rows * row_bytes <= BAND_BYTES:
            break
    return [Rows(first, first + rows, height) for first in range(0, height, rows)]


def _band(
    graph: Graph, layer: Layer, weights: list[str], rows: Rows, band: str
) -> list[onnx.NodeProto]:
    """From the convolution's input to the pooled rows of one band."""
    nodes: list[onnx.NodeProto] = []

    def add(kind: str, inputs: list[str], name: str, outputs: int = 1, **told: Any) -> list[str]:
        made = [f"{name}/{band}:{number}" for number in range(outputs)]
        nodes.append(helper.make_node(kind, inputs, made, f"{name}/{band}", **told))
        return made

    conv, relu, pool = (node.name for node in layer)
    (first, last), (above, below) = rows.seen, rows.padding
    bounds = [
        graph.add_constant(name, np.array([value], np.int64))
        for name, value in (
            (f"first_row/{band}", first),
            (f"end_row/{band}", last),
            ("row_axis", 2),
        )
    ]
    seen = add("Slice", [layer.convolution.input[0], *bounds], f"{conv}/slice")
    padding = [above, 1, below, 1]
    columns = add(
        "Conv", [*seen, *weights], conv, kernel_shape=[3, 4], strides=[1, 2], pads=padding
    )
    lit = add("Relu", columns, relu)
    of_rows = add("MaxPool", lit, pool, kernel_shape=[2, 1], strides=[2, 1])
    places = add("Split", of_rows, f"{pool}/split", PLACES, axis=1, num_outputs=PLACES)
    add("Max", places, f"{pool}/max")
    return nodes


def _fits(graph: Graph, convolution: onnx.NodeProto) -> bool:
    kernel = graph.constant(convolution.input[1])
    size = graph.shape(convolution.input[0])
    return (
        kernel is not None
        and is_3x3(convolution, kernel)
        and kernel.shape[1] == 1
        and len(convolution.input) == 3
        and len(size) == 4
        and size[2] % 2 == size[3] % 2 == 0
    )


def halves(pool: onnx.NodeProto) -> bool:
    """Whether it is a maximum of 2x2 with stride 2."""
    told = attributes(pool)
    return (
        pool.op_type == "MaxPool"
        and told.get("kernel_shape") == [2, 2]
        and told.get("strides") == [2, 2]
        and not any(told.get("pads", []))
    )
