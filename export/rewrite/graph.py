"""Reading and changing an ONNX graph: who makes a tensor, who uses it, what a constant holds."""

from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Floats = NDArray[np.float32]


class Graph:
    """A copy of a model, to be changed; `finish` gives the result."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self._model = onnx.ModelProto()
        self._model.CopyFrom(model)
        self.nodes: list[onnx.NodeProto] = list(self._model.graph.node)
        self._constants = {array.name: array for array in self._model.graph.initializer}

    def constant(self, name: str) -> NDArray[Any] | None:
        """Value of a constant; None where the tensor is computed."""
        found = self._constants.get(name)
        return None if found is None else np.asarray(numpy_helper.to_array(found))

    def add_constant(self, name: str, value: NDArray[Any]) -> str:
        """Add a constant, or replace the one of this name; gives the name."""
        self._constants[name] = numpy_helper.from_array(np.array(value, order="C"), name)
        return name

    def first(self, kind: str) -> onnx.NodeProto | None:
        """The first node of a kind."""
        return next((node for node in self.nodes if node.op_type == kind), None)

    def producer(self, tensor: str) -> onnx.NodeProto | None:
        """Node that makes a tensor; None for inputs and constants."""
        return next((node for node in self.nodes if tensor in node.output), None)

    def only_user(self, tensor: str) -> onnx.NodeProto | None:
        """The one node that uses a tensor; None where several do, or none, or it is an output."""
        users = [node for node in self.nodes if tensor in node.input]
        is_output = tensor in {output.name for output in self._model.graph.output}
        return users[0] if len(users) == 1 and not is_output else None

    def line(self, first: onnx.NodeProto, number: int) -> list[onnx.NodeProto]:
        """A node and those after it, each the only user of the one before; at most `number`."""
        nodes = [first]
        while len(nodes) < number and (after := self.only_user(nodes[-1].output[0])) is not None:
            nodes.append(after)
        return nodes

    def shape(self, tensor: str) -> list[int]:
        """Inferred shape; empty where it is not known."""
        values = [*self._model.graph.value_info, *self._model.graph.input]
        found = [value.type.tensor_type.shape for value in values if value.name == tensor]
        return [dimension.dim_value for dimension in found[0].dim] if found else []

    def is_bytes(self, tensor: str) -> bool:
        """Whether it is an input of the model's and uint8."""
        types = {value.name: value.type.tensor_type.elem_type for value in self._model.graph.input}
        return bool(types.get(tensor) == TensorProto.UINT8)

    def replace(self, old: list[onnx.NodeProto], new: list[onnx.NodeProto]) -> None:
        """Put new nodes where the last of the old ones stood."""
        at = max(self.nodes.index(node) for node in old) + 1
        kept = [node for node in self.nodes[:at] if node not in old]
        self.nodes = [*kept, *new, *self.nodes[at:]]

    def finish(self) -> onnx.ModelProto:
        """The changed model without what is no longer used, checked, with shapes inferred."""
        graph = self._model.graph
        used = {name for node in self.nodes for name in node.input}
        for field, values in (
            (graph.node, self.nodes),
            (graph.initializer, [c for name, c in self._constants.items() if name in used]),
            (graph.value_info, []),
        ):
            del field[:]
            field.extend(values)
        onnx.checker.check_model(self._model, full_check=True)
        return onnx.shape_inference.infer_shapes(self._model, strict_mode=True, data_prop=True)


def attributes(node: onnx.NodeProto) -> dict[str, Any]:
    """A node's attributes by name."""
    return {item.name: helper.get_attribute_value(item) for item in node.attribute}


def is_3x3(convolution: onnx.NodeProto, kernel: NDArray[Any]) -> bool:
    """Whether it looks at each pixel and its eight neighbours, zeros around the image."""
    told = attributes(convolution)
    return bool(
        kernel.shape[2:] == (3, 3)
        and told.get("group", 1) == 1
        and told.get("strides", [1, 1]) == told.get("dilations", [1, 1]) == [1, 1]
        and told.get("pads") == [1, 1, 1, 1]
    )


def like(node: onnx.NodeProto, *inputs: str, **told: Any) -> onnx.NodeProto:
    """A node as another, over other tensors (the first of its inputs), told other things if any."""
    made = onnx.NodeProto()
    made.CopyFrom(node)
    made.input[: len(inputs)] = inputs
    made.output[:] = [f"{node.name}:0"]
    if told:
        del made.attribute[:]
        made.attribute.extend(helper.make_attribute(name, value) for name, value in told.items())
    return made
