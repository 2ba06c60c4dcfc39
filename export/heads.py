"""A run's heads appended to its single-view graphs: outputs `view_logit` and `domain`.

They are float32 whatever the precision of the graph that they join, and small: they are to be
appended after a graph was quantised.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from edge.contract.grading import VIEWS
from edge.contract.heads import CLASSES
from edge.contract.variant import ModelName
from export.run_error import RunError
from export.run_heads import WEIGHTS_NAME, Arrays, RunHeads

FRAME, FEATURES = "frame", "features"
OUTPUTS = {"view_logit": len(CLASSES), "domain": 1}
FINE_PX = 4
PREFIX = "heads/"


def append_heads(graph: onnx.ModelProto, view: str, weights: Arrays) -> onnx.ModelProto:
    """The single-view graph with both heads' outputs; the one given stays as it is.

    Raises:
        RunError: weights are missing or do not fit the graph.
    """
    whole = onnx.ModelProto()
    whole.CopyFrom(graph)
    pen = _Pen(whole.graph)
    try:
        side = whole.graph.input[0].type.tensor_type.shape.dim[1].dim_value
        _draw_view(pen, side, weights)
        _draw_domain(
            pen, {k.partition(".")[2]: v for k, v in weights.items() if k.startswith(view)}
        )
        for name, width in OUTPUTS.items():
            told = helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, width])
            whole.graph.output.append(told)
        onnx.checker.check_model(whole, full_check=True)
        return onnx.shape_inference.infer_shapes(whole, strict_mode=True, data_prop=True)
    except (KeyError, onnx.checker.ValidationError, onnx.shape_inference.InferenceError) as error:
        raise RunError(
            f"{WEIGHTS_NAME}: does not fit the {view} network ({error}); "
            "`python -m train heads` makes it anew"
        ) from error


def with_heads(
    graphs: Mapping[ModelName, onnx.ModelProto], heads: RunHeads | None
) -> dict[ModelName, onnx.ModelProto]:
    """The graphs of a run, its single-view ones with the run's heads where it has any."""
    if heads is None:
        return dict(graphs)
    return {
        name: append_heads(graph, name, heads.weights) if name in VIEWS else graph
        for name, graph in graphs.items()
    }


class _Pen:
    """Adds nodes and constants to a graph, under names of its own."""

    def __init__(self, graph: onnx.GraphProto) -> None:
        self._graph = graph
        self._count = 0

    def node(self, kind: str, *inputs: str, called: str | None = None, **attributes: Any) -> str:
        """Name of a new node's output."""
        self._count += 1
        output = called or f"{PREFIX}{kind}{self._count}"
        self._graph.node.append(
            helper.make_node(
                kind, list(inputs), [output], name=f"{PREFIX}{self._count}", **attributes
            )
        )
        return output

    def constant(self, value: NDArray[Any]) -> str:
        """Name of a new constant."""
        self._count += 1
        name = f"{PREFIX}constant{self._count}"
        self._graph.initializer.append(numpy_helper.from_array(value, name))
        return name

    def halved_frame(self) -> str | None:
        """The frame averaged over 2 x 2 pixels, where the graph has that; (1, 1, rows, columns)."""
        still_the_frame = {FRAME}
        for node in self._graph.node:
            if not still_the_frame.intersection(node.input):
                continue
            if node.op_type in ("Cast", "Reshape", "Transpose"):
                still_the_frame.add(node.output[0])
            elif node.op_type == "AveragePool":
                said = {one.name: helper.get_attribute_value(one) for one in node.attribute}
                unpadded = not any(said.get("pads", ()))
                if unpadded and said.get("kernel_shape") == said.get("strides") == [2, 2]:
                    return str(node.output[0])
        return None

    def shape(self, *sizes: int) -> str:
        """Name of a new constant shape or list of axes."""
        return self.constant(np.array(sizes, np.int64))


def _draw_view(pen: _Pen, side: int, weights: Arrays) -> None:
    """The view network, frame `side` px; kernels are as Keras has them: rows, columns, in, out."""
    small = _averaged(pen, side)
    scaled = pen.node("Mul", small, pen.constant(weights["view.scale"]))
    x = pen.node("Add", scaled, pen.constant(weights["view.offset"]))
    number = 1
    while (name := f"view.conv{number}") + ".kernel" in weights:
        kernel = np.ascontiguousarray(weights[f"{name}.kernel"].transpose(3, 2, 0, 1))
        bias = pen.constant(weights[f"{name}.bias"])
        x = pen.node("Conv", x, pen.constant(kernel), bias, auto_pad="SAME_UPPER", strides=[2, 2])
        x = pen.node("Relu", x)
        number += 1
    rows_first = pen.node("Transpose", x, perm=[0, 2, 3, 1])
    flat = pen.node("Reshape", rows_first, pen.shape(1, -1))
    kernel_name = pen.constant(weights["view.logit.kernel"])
    pen.node(
        "Gemm", flat, kernel_name, pen.constant(weights["view.logit.bias"]), called="view_logit"
    )


def _averaged(pen: _Pen, side: int) -> str:
    """The frame averaged over 4 x 4 pixels, (1, 1, side / 4, side / 4).

    Where the graph averages its frame over 2 x 2 first, only those averages are averaged: a third
    of the view head's time saved.
    """
    halved = pen.halved_frame()
    if halved:
        gray, size = pen.node("Cast", halved, to=TensorProto.FLOAT), FINE_PX // 2
    else:
        # One channel lies in memory alike first and last, so nothing need be moved.
        flat = pen.node("Cast", FRAME, to=TensorProto.FLOAT)
        gray, size = pen.node("Reshape", flat, pen.shape(1, 1, side, side)), FINE_PX
    return pen.node("AveragePool", gray, kernel_shape=[size, size], strides=[size, size])


def _draw_domain(pen: _Pen, weights: Arrays) -> None:
    """See `train.heads.domain`; the same steps in the same order."""
    cells = weights["pooling"].shape[1]
    maps = pen.node("Reshape", FEATURES, pen.shape(cells, -1))
    means = pen.node("MatMul", pen.constant(weights["pooling"]), maps)
    rooted = pen.node("Sqrt", pen.node("Relu", means))
    flat = pen.node("Reshape", rooted, pen.shape(1, -1))
    centred = pen.node("Sub", flat, pen.constant(weights["mean"]))
    spread = pen.node("Div", centred, pen.constant(weights["scale"]))
    along = pen.node("MatMul", spread, pen.constant(weights["axes"]))
    squared = pen.node("Mul", along, along)
    within = pen.node("Div", squared, pen.constant(weights["variance"]))
    mean_within = pen.node("ReduceMean", within, pen.shape(1), keepdims=1)
    total = pen.node("ReduceSumSquare", spread, pen.shape(1), keepdims=1)
    explained = pen.node("ReduceSum", squared, pen.shape(1), keepdims=1)
    beside = pen.node("Sub", total, explained)
    rest = pen.node("Div", beside, pen.constant(weights["beside"]))
    pen.node("Add", mean_within, rest, called="domain")
