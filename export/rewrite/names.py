"""Names of a graph's layers that a reader knows: conv1, conv2, dense1; and of their constants."""

from collections import Counter

import onnx

SPOKEN = {"Conv": "conv", "Gemm": "dense"}


def name_layers(model: onnx.ModelProto) -> onnx.ModelProto:
    """Number the nodes of each kind in their order; quantisation speaks of nodes by name.

    Constants are put in the order of their use and named after it, conv1.1: the converter's own
    names count differently from run to run, and the same network is to be the same bytes.
    """
    named = onnx.ModelProto()
    named.CopyFrom(model)
    seen: Counter[str] = Counter()
    constants = {array.name: array for array in named.graph.initializer}
    used: dict[str, str] = {}
    for node in named.graph.node:
        kind = SPOKEN.get(node.op_type, node.op_type.lower())
        seen[kind] += 1
        node.name = f"{kind}{seen[kind]}"
        for place, name in enumerate(node.input):
            if name in constants:
                node.input[place] = used.setdefault(name, f"{node.name}.{place}")
    ordered = [_named(constants[name], new) for name, new in used.items()]
    del named.graph.initializer[:]
    named.graph.initializer.extend(ordered)
    return named


def _named(array: onnx.TensorProto, name: str) -> onnx.TensorProto:
    renamed = onnx.TensorProto()
    renamed.CopyFrom(array)
    renamed.name = name
    return renamed
