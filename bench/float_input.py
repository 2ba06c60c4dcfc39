"""A network that takes floats instead of bytes, for programs that can only give those."""

import onnx


def float_input(model: bytes) -> bytes:
    """The network without the conversion of its uint8 `frame`, and with `fat_pct` alone.

    Takes and gives ONNX bytes; the numbers stay what they are.
    """
    loaded = onnx.load_model_from_string(model)
    graph = loaded.graph
    cast = next(node for node in graph.node if node.op_type == "Cast" and "frame" in node.input)
    graph.input[0].type.tensor_type.elem_type = onnx.TensorProto.FLOAT
    for node in graph.node:
        for place, name in enumerate(node.input):
            if name == cast.output[0]:
                node.input[place] = "frame"
    graph.node.remove(cast)
    kept = [output for output in graph.output if output.name == "fat_pct"]
    del graph.output[:]
    graph.output.extend(kept)
    onnx.checker.check_model(loaded)
    return bytes(loaded.SerializeToString())
