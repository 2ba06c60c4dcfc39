"""A graph for one frame made into one for any number of frames at a time."""

import numpy as np
import onnx

from export.rewrite.graph import Graph

BATCH = "batch"


def any_batch(model: onnx.ModelProto) -> onnx.ModelProto:
    """The same network with a first dimension named `batch` on every input and output.

    Reshapes to a fixed shape that begins with 1 are told to keep the first dimension.
    """
    free = onnx.ModelProto()
    free.CopyFrom(model)
    for value in (*free.graph.input, *free.graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = BATCH
    graph = Graph(free)
    for node in graph.nodes:
        if node.op_type != "Reshape":
            continue
        target = graph.constant(node.input[1])
        if target is not None and target[0] == 1 and -1 not in target:
            kept = np.concatenate((np.array([-1], np.int64), target[1:]))
            node.input[1] = graph.add_constant(f"{node.input[1]}_any", kept)
    return graph.finish()
