"""fp32 networks to fp16 ones, for GPUs: weights and arithmetic halve, inputs and outputs stay."""

import onnx
from onnxruntime.transformers.float16 import convert_float_to_float16


def to_half(model: onnx.ModelProto) -> onnx.ModelProto:
    """The network in fp16; frames stay uint8, features and estimates float32.

    Gray levels and means of four of them are exact in fp16, whose steps are 0.125 below 256.
    """
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    half = convert_float_to_float16(copy, keep_io_types=True)
    _sort(half.graph)  # the converter puts its casts of the inputs last
    onnx.checker.check_model(half, full_check=True)
    return onnx.shape_inference.infer_shapes(half, strict_mode=True, data_prop=True)


def _sort(graph: onnx.GraphProto) -> None:
    """Order the nodes so that each comes after those that it needs."""
    made = {output for node in graph.node for output in node.output}
    waiting, ordered = list(graph.node), []
    while waiting:
        ready = [node for node in waiting if not made.intersection(node.input)]
        ordered += ready
        waiting = [node for node in waiting if node not in ready]
        made.difference_update(output for node in ready for output in node.output)
    del graph.node[:]
    graph.node.extend(ordered)
