"""First convolution and half of its max pooling as one convolution of stride 2.

A 2x2 maximum with stride 2 over a 3x3 convolution looks at two neighbouring columns of outputs, and
each of them sees the image moved by a pixel. A kernel 4 wide with stride 2 across holds the 3x3
kernel at one of two places; of twice as many outputs, the maximum of two rows, then of the two
places, is the pooled one. It is the way in which ONNX Runtime keeps a one-channel first convolution
in fp32 and everything after it in int8 without an int8 pooling over single channels, which costs
more than it gains; and the paper's 8 filters, thus 16, fill a vector of AVX-512.
"""

import numpy as np
import onnx
from onnx import helper

from export.rewrite.graph import Floats, Graph, attributes

PLACES = 2


def fold_pooling(model: onnx.ModelProto) -> onnx.ModelProto:
    """Replace Conv 3x3, Relu, MaxPool 2x2 by Conv 3x4 with stride 2 across, Relu, MaxPool, Max.

    Only where the first convolution has one input channel, stride 1 and a padding of 1; a graph
    without that pattern comes back as it is.
    """
    graph = Graph(model)
    convolution = next((node for node in graph.nodes if node.op_type == "Conv"), None)
    if convolution is None or not _fits(graph, convolution):
        return model
    relu = graph.only_user(convolution.output[0])
    pool = graph.only_user(relu.output[0]) if relu is not None else None
    if relu is None or pool is None or relu.op_type != "Relu" or not _halves(pool):
        return model
    kernel, bias = (graph.constant(name) for name in convolution.input[1:3])
    if kernel is None or bias is None:
        return model
    names = [
        convolution.input[0],
        graph.add_constant("two_kernels", _two(kernel)),
        graph.add_constant("two_biases", np.tile(bias, PLACES)),
    ]
    columns = [f"column_{place}" for place in range(PLACES)]
    new = [
        helper.make_node(
            "Conv", names, ["columns"], kernel_shape=[3, 4], strides=[1, 2], pads=[1, 1, 1, 1]
        ),
        helper.make_node("Relu", ["columns"], ["lit_columns"]),
        helper.make_node(
            "MaxPool", ["lit_columns"], ["pooled_columns"], kernel_shape=[2, 1], strides=[2, 1]
        ),
        helper.make_node("Split", ["pooled_columns"], columns, axis=1, num_outputs=PLACES),
        helper.make_node("Max", columns, [pool.output[0]]),
    ]
    graph.replace([convolution, relu, pool], new)
    return graph.finish()


def _fits(graph: Graph, convolution: onnx.NodeProto) -> bool:
    told = attributes(convolution)
    kernel = graph.constant(convolution.input[1])
    size = graph.shape(convolution.input[0])
    return (
        kernel is not None
        and kernel.shape[1:] == (1, 3, 3)
        and len(convolution.input) == 3
        and told.get("strides", [1, 1]) == [1, 1]
        and told.get("pads") == [1, 1, 1, 1]
        and len(size) == 4
        and size[2] % 2 == size[3] % 2 == 0
    )


def _halves(pool: onnx.NodeProto) -> bool:
    told = attributes(pool)
    return (
        pool.op_type == "MaxPool"
        and told.get("kernel_shape") == [2, 2]
        and told.get("strides") == [2, 2]
        and not any(told.get("pads", []))
    )


def _two(kernel: Floats) -> Floats:
    """Kernels (n, 1, 3, 3) at each of the two places: (2 n, 1, 3, 4)."""
    number = len(kernel)
    every = np.zeros((PLACES * number, 1, 3, 4), np.float32)
    for place in range(PLACES):
        every[place * number : (place + 1) * number, ..., place : place + 3] = kernel
    return every
