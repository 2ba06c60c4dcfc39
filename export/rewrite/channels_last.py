"""An image in another shape, its channels last as ONNX Runtime keeps them in 8 bits.

It then leaves the two Transposes out together with its own, and a new shape costs nothing.
"""

import numpy as np
import onnx
from onnx import helper

from export.rewrite.graph import Graph

STEPS = ("pixels", "columns", "channels")
"""Nodes: channels last, a new shape, and back."""


def reshaped(graph: Graph, tensor: str, name: str, *shape: int) -> list[onnx.NodeProto]:
    """Nodes that give an image another height, width and number of channels.

    Args:
        tensor: the image, (1, channels, height, width).
        name: of what it is done for; the nodes are named after it, as `names` tells.
        shape: new height, width, channels.
    """
    names_here = names(name)
    target = graph.add_constant(f"{name}/shape", np.array([1, *shape], np.int64))
    made = [f"{each}:0" for each in names_here]
    return [
        helper.make_node("Transpose", [tensor], [made[0]], names_here[0], perm=[0, 2, 3, 1]),
        helper.make_node("Reshape", [made[0], target], [made[1]], names_here[1]),
        helper.make_node("Transpose", [made[1]], [made[2]], names_here[2], perm=[0, 3, 1, 2]),
    ]


def names(name: str) -> list[str]:
    """Names of the nodes that `reshaped` makes."""
    return [f"{name}/{step}" for step in STEPS]
