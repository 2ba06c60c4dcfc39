"""The frame's own bytes as what an 8-bit first convolution reads.

The network subtracts a centre c before its first convolution, and zeros pad what is left. An 8-bit
image's bytes stand for numbers less a zero point, which is whole. With z = round(c) for both, and
(z - c) times each kernel's sum added to its bias, frames are read as they come: nothing is rounded,
and only the padding is off, by at most half a gray level.
"""

from typing import NamedTuple

import numpy as np
import onnx
from onnx import helper

from export.rewrite.graph import Graph


class Centred(NamedTuple):
    """A network that subtracts a whole number. tensor: what is left. zero_point: the number."""

    model: onnx.ModelProto
    tensor: str
    zero_point: int


def whole_centre(model: onnx.ModelProto) -> Centred | None:
    """Subtract the whole number next to the centre, the first bias making up for it.

    `model`: its normalisation folded (`export.rewrite.normalisation`). None where frames are not
    bytes that only lose their centre before the first convolution, or no byte is next to that.
    """
    graph = Graph(model)
    convolution = graph.first("Conv")
    minus = graph.producer(convolution.input[0]) if convolution is not None else None
    if convolution is None or minus is None or not _way(graph, minus):
        return None
    read = [graph.constant(name) for name in (minus.input[1], *convolution.input[1:])]
    if len(read) != 3 or any(value is None for value in read):
        return None
    centre, kernel, bias = (np.asarray(value, np.float64) for value in read)
    whole = np.round(centre)
    if not 0 <= whole.item() <= 255:
        return None
    moved = bias + (whole - centre).item() * kernel.sum(axis=(1, 2, 3))
    minus.input[1] = graph.add_constant("whole_centre", whole.astype(np.float32))
    convolution.input[2] = graph.add_constant("moved_bias", moved.astype(np.float32))
    return Centred(graph.finish(), minus.output[0], int(whole.item()))


def as_bytes(model: onnx.ModelProto) -> onnx.ModelProto:
    """Leave out that bytes become floats, lose the centre, and are rounded to the same bytes again.

    `model`: quantised, as QDQ. The result is the same number for number; a graph that rounds frames
    in another way comes back as it is.
    """
    graph = Graph(model)
    rounding = graph.first("QuantizeLinear")
    minus = graph.producer(rounding.input[0]) if rounding is not None else None
    way = _way(graph, minus) if minus is not None else []
    if rounding is None or minus is None or not way:
        return model
    scale, zero, centre = (graph.constant(name) for name in (*rounding.input[1:], minus.input[1]))
    if scale is None or zero is None or centre is None:
        return model
    if scale.item() != 1 or zero.dtype != np.uint8 or zero.item() != centre.item():
        return model
    shape = graph.add_constant("image", np.array(graph.shape(minus.output[0]), np.int64))
    image = helper.make_node("Reshape", [way[0].input[0], shape], rounding.output, "image")
    graph.replace([*way, rounding], [image])
    return graph.finish()


def _way(graph: Graph, minus: onnx.NodeProto) -> list[onnx.NodeProto]:
    """Nodes from the frame's bytes to the subtraction; none where others lie between."""
    way = [minus]
    while (node := graph.producer(way[0].input[0])) is not None:
        if node.op_type not in ("Cast", "Reshape"):
            return []
        way.insert(0, node)
    return way if minus.op_type == "Sub" and graph.is_bytes(way[0].input[0]) else []
