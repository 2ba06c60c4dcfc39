"""Input batch normalisation: a subtraction before the first convolution and a scale in it.

With running mean and variance fixed, BN(x) = s x + t = s (x - c), c = -t / s. A convolution is
linear, so that s goes into its kernel. Its zero padding pads BN(x); with the subtraction left
before it, it pads x - c, and 0 is 0 on either scale: the result is exact at the borders too.
"""

from typing import NamedTuple

import numpy as np
import onnx
from onnx import helper

from export.rewrite.graph import Graph


class _Found(NamedTuple):
    multiply: onnx.NodeProto
    add: onnx.NodeProto
    reshape: onnx.NodeProto | None
    convolution: onnx.NodeProto
    scale: float
    shift: float


def fold_normalisation(model: onnx.ModelProto) -> onnx.ModelProto:
    """Replace `x * s + t` before the first convolution by `x - c`, its kernel scaled by s.

    A graph without that pattern comes back as it is.
    """
    graph = Graph(model)
    found = _find(graph)
    if found is None or found.scale == 0:
        return model
    source, node = found.multiply.input[0], found.convolution
    old, new = [found.multiply, found.add], []
    if found.reshape is not None:
        # Subtract after reshaping: over (1, 1, h, w) the subtraction runs along whole rows.
        new.append(helper.make_node("Reshape", [source, found.reshape.input[1]], ["raw"]))
        old.append(found.reshape)
        source = "raw"
    centre = graph.add_constant("centre", np.array(-found.shift / found.scale, np.float32))
    new.append(helper.make_node("Sub", [source, centre], [node.input[0]]))
    kernel = graph.constant(node.input[1])
    if kernel is None:
        return model
    scaled = (kernel.astype(np.float64) * found.scale).astype(np.float32)
    node.input[1] = graph.add_constant("scaled_kernel", scaled)
    graph.replace(old, new)
    return graph.finish()


def _find(graph: Graph) -> _Found | None:
    convolution = graph.first("Conv")
    if convolution is None:
        return None
    before = graph.producer(convolution.input[0])
    reshape = before if before is not None and before.op_type == "Reshape" else None
    add = graph.producer(reshape.input[0]) if reshape is not None else before
    multiply = graph.producer(add.input[0]) if add is not None else None
    if add is None or multiply is None or (add.op_type, multiply.op_type) != ("Add", "Mul"):
        return None
    scale, shift = graph.constant(multiply.input[1]), graph.constant(add.input[1])
    if scale is None or shift is None or scale.size != 1 or shift.size != 1:
        return None
    return _Found(multiply, add, reshape, convolution, float(scale.item()), float(shift.item()))
