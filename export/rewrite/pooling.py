"""First convolution and its max pooling as one convolution of stride 2.

A 2x2 maximum with stride 2 over a 3x3 convolution looks at four neighbouring outputs, each of which
sees the image moved by a pixel. A 4x4 kernel with stride 2 holds the 3x3 kernel at one of four
places; four times as many outputs, split and maximised, are the pooled ones. It is the one way in
which ONNX Runtime keeps a one-channel first convolution in fp32 and everything after it in int8
without an int8 pooling over single channels, which costs more than it gains.
"""

import numpy as np
import onnx
from onnx import helper

from export.rewrite.graph import Floats, Graph, attributes

PLACES = ((0, 0), (0, 1), (1, 0), (1, 1))


def fold_pooling(model: onnx.ModelProto) -> onnx.ModelProto:
    """Replace Conv 3x3, Relu, MaxPool 2x2 by Conv 4x4 stride 2, Relu, Split, Max.

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
        graph.add_constant("four_kernels", _four(kernel)),
        graph.add_constant("four_biases", np.tile(bias, len(PLACES))),
    ]
    parts = [f"place_{row}{column}" for row, column in PLACES]
    new = [
        helper.make_node(
            "Conv", names, ["places"], kernel_shape=[4, 4], strides=[2, 2], pads=[1, 1, 1, 1]
        ),
        helper.make_node("Relu", ["places"], ["lit_places"]),
        helper.make_node("Split", ["lit_places"], parts, axis=1, num_outputs=len(PLACES)),
        helper.make_node("Max", parts, [pool.output[0]]),
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


def _four(kernel: Floats) -> Floats:
    """Kernels (n, 1, 3, 3) at each of the four places: (4 n, 1, 4, 4)."""
    number = len(kernel)
    every = np.zeros((len(PLACES) * number, 1, 4, 4), np.float32)
    for place, (row, column) in enumerate(PLACES):
        every[place * number : (place + 1) * number, :, row : row + 3, column : column + 3] = kernel
    return every
