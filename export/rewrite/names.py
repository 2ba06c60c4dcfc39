"""Names of a graph's layers that a reader knows: conv1, conv2, dense1."""

from collections import Counter

import onnx

SPOKEN = {"Conv": "conv", "Gemm": "dense"}


def name_layers(model: onnx.ModelProto) -> onnx.ModelProto:
    """Number the nodes of each kind in their order; quantisation speaks of nodes by name."""
    named = onnx.ModelProto()
    named.CopyFrom(model)
    seen: Counter[str] = Counter()
    for node in named.graph.node:
        kind = SPOKEN.get(node.op_type, node.op_type.lower())
        seen[kind] += 1
        node.name = f"{kind}{seen[kind]}"
    return named


def layer_of(node: onnx.NodeProto) -> str:
    """Name of the layer of a node, of which there may be several: conv1 of conv1/3."""
    return str(node.name).partition("/")[0]
