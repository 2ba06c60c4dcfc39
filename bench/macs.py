"""How much one reading of a network multiplies, counted from its graph."""

import math

import onnx

from bench.errors import BenchError

Shapes = dict[str, tuple[int, ...]]

CONVOLUTIONS = ("Conv", "QLinearConv", "ConvInteger")
PRODUCTS = ("Gemm", "MatMul", "QLinearMatMul", "MatMulInteger")


def count(model: bytes) -> int:
    """Multiplications with their additions (MAC) of every convolution and matrix product.

    Element-wise work, pooling and copies are left out: they cost memory traffic, not arithmetic.

    Raises:
        BenchError: a shape is not fixed.
    """
    graph = onnx.shape_inference.infer_shapes(onnx.load_model_from_string(model), data_prop=True)
    shapes = _shapes(graph.graph)
    return sum(_of(node, shapes) for node in graph.graph.node)


def _of(node: onnx.NodeProto, shapes: Shapes) -> int:
    if node.op_type in CONVOLUTIONS:
        # Weights: (outputs, inputs of a group, kernel); each output point takes one filter's worth.
        weights = _shape(node, shapes, 3 if node.op_type == "QLinearConv" else 1)
        return math.prod(_output(node, shapes)) * math.prod(weights[1:])
    if node.op_type in PRODUCTS:
        left = _shape(node, shapes, 0)
        transposed = any(each.name == "transA" and each.i for each in node.attribute)
        inner = left[-2] if transposed else left[-1]
        return math.prod(_output(node, shapes)) * inner
    return 0


def _shape(node: onnx.NodeProto, shapes: Shapes, number: int) -> tuple[int, ...]:
    name = node.input[number]
    if not shapes.get(name) or 0 in shapes[name]:
        raise BenchError(f"{node.op_type} {node.name}: the shape of {name} is not fixed")
    return shapes[name]


def _output(node: onnx.NodeProto, shapes: Shapes) -> tuple[int, ...]:
    name = node.output[0]
    if not shapes.get(name) or 0 in shapes[name]:
        raise BenchError(f"{node.op_type} {node.name}: the shape of {name} is not fixed")
    return shapes[name]


def _shapes(graph: onnx.GraphProto) -> Shapes:
    """Shape of every tensor; a side that is not fixed is 0."""
    found: Shapes = {tensor.name: tuple(tensor.dims) for tensor in graph.initializer}
    for value in (*graph.input, *graph.value_info, *graph.output):
        sides = value.type.tensor_type.shape.dim
        found[value.name] = tuple(side.dim_value for side in sides)
    return found
