"""The paper's first layer in 8 bits, four columns of the image at once.

Over one channel ONNX Runtime's 8-bit convolution gathers its patches byte by byte. But four pixels
side by side lie in memory as the four channels of one pixel would. So the image is read as blocks
of four: a kernel of two blocks and four rows sees all that two pooled pixels are made of, and has
an output for each filter at each of the two rows and four columns that they are the maximum of.
Those four of a pooled pixel are put side by side, and their maximum is taken.
"""

from itertools import product
from typing import NamedTuple

import numpy as np
import onnx
from onnx import TensorProto, helper

from export.rewrite.channels_last import STEPS, reshaped
from export.rewrite.graph import Graph, is_3x3, like
from export.rewrite.pooling import first_layer, halves
from export.rewrite.stored import Constant, change, in_fp32, stored_kernel

BLOCK = 4
"""Columns; eight at once are twice as many products (docs/decisions/0008)."""
POOLED = 2
"""Rows and columns of the maximum."""
PLACES = "/places"
"""Ends the names of constants that are of all rows and columns."""
BLOCKS = ("pad", "blocks", "bytes")
"""Nodes: a column on the left and three on the right, four pixels as one, and these first."""


class Layer(NamedTuple):
    """Nodes of an 8-bit first layer in their order, but for its weights'."""

    image: onnx.NodeProto
    read: onnx.NodeProto
    convolution: onnx.NodeProto
    rounding: onnx.NodeProto
    rounded: onnx.NodeProto
    pool: onnx.NodeProto
    rounding_again: onnx.NodeProto


KINDS = (
    "Reshape",
    "DequantizeLinear",
    "Conv",
    "QuantizeLinear",
    "DequantizeLinear",
    "MaxPool",
    "QuantizeLinear",
)


def goes_in_blocks(model: onnx.ModelProto) -> bool:
    """Whether a network in fp32 begins by a layer that can be read in blocks once in 8 bits."""
    graph = Graph(model)
    layer = first_layer(graph)
    return layer is not None and graph.shape(layer.convolution.input[0])[3] % BLOCK == 0


def in_blocks(model: onnx.ModelProto) -> onnx.ModelProto:
    """Four columns at once in an 8-bit first layer: convolution 3x3, ReLU, maximum 2x2.

    `model`: quantised, as QDQ, and reading bytes (`export.rewrite.frame_bytes`). The result is the
    same number for number, as all sums are of whole numbers. Another graph comes back as it is.
    """
    graph = Graph(model)
    layer = _layer(graph)
    if layer is None:
        return model
    _, filters, height, width = graph.shape(layer.convolution.output[0])
    rows, columns, each = height // POOLED, width // POOLED, POOLED * POOLED
    weights = change(graph, layer.convolution, PLACES, at_all_places, POOLED * BLOCK)
    told = {"kernel_shape": [POOLED + 2, 2], "strides": [POOLED, 1], "pads": [1, 0, 1, 0]}
    blocks = _blocks(graph, layer, height, width)
    read = like(layer.read, blocks[-1].output[0])
    convolution = like(layer.convolution, read.output[0], *weights, **told)
    rounding = like(layer.rounding, convolution.output[0])
    shape = rows * width // BLOCK, each, filters * BLOCK // POOLED
    places = reshaped(graph, rounding.output[0], f"{convolution.name}/places", *shape)
    rounded = like(layer.rounded, places[-1].output[0])
    pool = like(layer.pool, rounded.output[0], kernel_shape=[1, each], strides=[1, each])
    again = like(layer.rounding_again, pool.output[0])
    image = reshaped(graph, again.output[0], f"{pool.name}/image", rows, columns, filters)
    image[-1].output[0] = layer.rounding_again.output[0]
    new = [*blocks, read, convolution, rounding, *places, rounded, pool, again, *image]
    graph.replace(list(layer), new)
    return graph.finish()


def first_in_fp32(model: onnx.ModelProto) -> onnx.ModelProto:
    """The layer as it was before, computed in fp32 of its 8-bit weights, for other engines.

    They lose by blocks, and OpenVINO by 8 bits over one channel, too. A graph without blocks comes
    back as it is.
    """
    graph = Graph(model)
    pad = next((node for node in graph.nodes if node.name.endswith(f"/{BLOCKS[0]}")), None)
    if pad is None:
        return model
    nodes = graph.line(pad, len(BLOCKS) + len(KINDS) - 1 + 2 * len(STEPS))
    read, convolution = nodes[len(BLOCKS) : len(BLOCKS) + 2]
    pool, again = nodes[-len(STEPS) - 2 : -len(STEPS)]
    new = _of_floats(graph, pad.input[0], read, convolution)
    new.append(helper.make_node("Relu", [new[-1].output[0]], ["relu1:0"], "relu1"))
    new.append(like(pool, "relu1:0", kernel_shape=[POOLED, POOLED], strides=[POOLED, POOLED]))
    new.append(like(again, new[-1].output[0]))
    new[-1].output[:] = nodes[-1].output
    graph.replace(nodes, new)
    return graph.finish()


def _of_floats(
    graph: Graph, frame: str, read: onnx.NodeProto, convolution: onnx.NodeProto
) -> list[onnx.NodeProto]:
    """Nodes of the first convolution, 3x3 over the frame less its zero point, in fp32."""
    zero = graph.constant(read.input[2])
    kernel, bias = (in_fp32(graph, name) for name in convolution.input[1:])
    one = at_one_place(kernel)
    _, height, width, _ = graph.shape(frame)
    image = graph.add_constant("image", np.array([1, 1, height, width], np.int64))
    centre = graph.add_constant("centre", np.array(zero, np.float32))
    weights = [
        graph.add_constant("kernel1", one),
        graph.add_constant("bias1", bias[: len(one)]),
    ]
    told = {"kernel_shape": [3, 3], "pads": [1, 1, 1, 1]}
    return [
        helper.make_node("Cast", [frame], ["floats"], "cast1", to=TensorProto.FLOAT),
        helper.make_node("Reshape", ["floats", image], ["one_channel"], "reshape1"),
        helper.make_node("Sub", ["one_channel", centre], ["centred"], "sub1"),
        like(convolution, "centred", *weights, **told),
    ]


def at_all_places(kernel: Constant) -> Constant:
    """Kernels (n, 1, 3, 3) at each row and column of the maxima: (8 n, 4, 4, 2) over blocks.

    Outputs: first by place in the maximum, rows before columns, then by maximum, then by kernel.
    """
    shape = POOLED, POOLED, BLOCK // POOLED, len(kernel), POOLED + 2, 2 * BLOCK
    every = np.zeros(shape, kernel.dtype)
    for row, column in product(range(POOLED), range(BLOCK)):
        maximum, place = divmod(column, POOLED)
        every[row, place, maximum, :, row : row + 3, column : column + 3] = kernel[:, 0]
    by_block = every.reshape(-1, POOLED + 2, 2, BLOCK)
    return by_block.transpose(0, 3, 1, 2)


def at_one_place(kernels: Constant) -> Constant:
    """The inverse."""
    first = kernels[: len(kernels) // (POOLED * BLOCK), :3, :3, 0]
    return first.transpose(0, 2, 1)[:, np.newaxis]


def _layer(graph: Graph) -> Layer | None:
    image = graph.first(KINDS[0])
    nodes = graph.line(image, len(KINDS)) if image is not None else []
    if tuple(node.op_type for node in nodes) != KINDS:
        return None
    layer = Layer(*nodes)
    return layer if _fits(graph, layer) else None


def _fits(graph: Graph, layer: Layer) -> bool:
    kernel = stored_kernel(graph, layer.convolution)
    size = graph.shape(layer.convolution.output[0])
    return (
        graph.is_bytes(layer.image.input[0])
        and kernel is not None
        and is_3x3(layer.convolution, kernel)
        and kernel.shape[1] == 1
        and halves(layer.pool)
        and len(size) == 4
        and size[2] % POOLED == size[3] % BLOCK == 0
    )


def _blocks(graph: Graph, layer: Layer, height: int, width: int) -> list[onnx.NodeProto]:
    """Nodes that make the frame (1, height, width, 1) an image of blocks, channels first."""
    steps = [f"{layer.convolution.name}/{step}" for step in BLOCKS]
    made = [f"{step}:0" for step in steps]
    around = np.array([0, 0, 1, 0, 0, 0, BLOCK - 1, 0], np.int64)
    shape = np.array([1, height, width // BLOCK + 1, BLOCK], np.int64)
    pads = [graph.add_constant(f"{steps[0]}/around", around), layer.read.input[2]]
    target = graph.add_constant(f"{steps[1]}/shape", shape)
    return [
        helper.make_node("Pad", [layer.image.input[0], *pads], [made[0]], steps[0]),
        helper.make_node("Reshape", [made[0], target], [made[1]], steps[1]),
        helper.make_node("Transpose", [made[1]], [made[2]], steps[2], perm=[0, 3, 1, 2]),
    ]
