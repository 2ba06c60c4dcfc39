"""A straight line over a network's estimate, taken into its last layer at no cost.

Rounding weights and activations to 8 bits shifts and stretches the estimates a little, which the
last dense layer, in fp32, can take back: y = a x + b is a dense layer with weights a w and bias
a b0 + b.
"""

import numpy as np
import onnx
from numpy.typing import NDArray

from export.rewrite.graph import Graph

LEAST_FRAMES = 16
"""Fewer say too little of a slope."""


def level(
    model: onnx.ModelProto, found: NDArray[np.float32], wanted: NDArray[np.float32]
) -> onnx.ModelProto:
    """The network with the line that takes its estimates nearest the wanted ones (least squares).

    Args:
        model: whose last node is a dense layer in fp32.
        found: its estimates (n,).
        wanted: what they should be (n,).

    Raises:
        ValueError: the last node is no dense layer with constant weights.
    """
    if len(found) < LEAST_FRAMES or np.ptp(found) == 0 or np.array_equal(found, wanted):
        return model
    slope, offset = np.polyfit(found.astype(np.float64), wanted.astype(np.float64), 1)
    graph = Graph(model)
    last = graph.nodes[-1]
    weights, bias = (graph.constant(name) for name in last.input[1:3])
    if last.op_type != "Gemm" or weights is None or bias is None:
        raise ValueError(f"the last node is {last.op_type} {last.name}, not a dense layer in fp32")
    last.input[1] = graph.add_constant("level_weights", (weights * slope).astype(np.float32))
    last.input[2] = graph.add_constant("level_bias", (bias * slope + offset).astype(np.float32))
    return graph.finish()
