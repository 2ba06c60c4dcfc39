"""The part of ONNX that a bundle's network may use, as data.

Numbers and names: onnx.proto of ONNX 1.18 (IR version 11). A field that stands nowhere here is
refused, and so are those under REFUSED, which are known and would bring in what a scan cannot see
through: files beside the network, graphs inside of nodes, functions, training.
"""

from typing import Literal, NamedTuple

from edge.contract.bundle_error import Reason

Kind = Literal["int", "float", "text", "bytes", "numbers", "message"]
"""`numbers`: a tensor's values, which are not looked into."""


class Rule(NamedTuple):
    """What a field holds. `message`: name of the message in SCHEMA. `many`: it may come again."""

    name: str
    kind: Kind
    many: bool = False
    message: str = ""


def _message(name: str, message: str, *, many: bool = False) -> Rule:
    return Rule(name, "message", many, message)


_METADATA = _message("metadata_props", "StringStringEntry", many=True)

SCHEMA: dict[str, dict[int, Rule]] = {
    "Model": {
        1: Rule("ir_version", "int"),
        2: Rule("producer_name", "text"),
        3: Rule("producer_version", "text"),
        4: Rule("domain", "text"),
        5: Rule("model_version", "int"),
        6: Rule("doc_string", "text"),
        7: _message("graph", "Graph"),
        8: _message("opset_import", "OperatorSetId", many=True),
        14: _METADATA,
    },
    "OperatorSetId": {1: Rule("domain", "text"), 2: Rule("version", "int")},
    "StringStringEntry": {1: Rule("key", "text"), 2: Rule("value", "text")},
    "Graph": {
        1: _message("node", "Node", many=True),
        2: Rule("name", "text"),
        5: _message("initializer", "Tensor", many=True),
        10: Rule("doc_string", "text"),
        11: _message("input", "ValueInfo", many=True),
        12: _message("output", "ValueInfo", many=True),
        13: _message("value_info", "ValueInfo", many=True),
        14: _message("quantization_annotation", "TensorAnnotation", many=True),
        16: _METADATA,
    },
    "TensorAnnotation": {
        1: Rule("tensor_name", "text"),
        2: _message("quant_parameter_tensor_names", "StringStringEntry", many=True),
    },
    "Node": {
        1: Rule("input", "text", many=True),
        2: Rule("output", "text", many=True),
        3: Rule("name", "text"),
        4: Rule("op_type", "text"),
        5: _message("attribute", "Attribute", many=True),
        6: Rule("doc_string", "text"),
        7: Rule("domain", "text"),
        8: Rule("overload", "text"),
        9: _METADATA,
    },
    "Attribute": {
        1: Rule("name", "text"),
        2: Rule("f", "float"),
        3: Rule("i", "int"),
        4: Rule("s", "bytes"),
        5: _message("t", "Tensor"),
        7: Rule("floats", "numbers", many=True),
        8: Rule("ints", "numbers", many=True),
        9: Rule("strings", "bytes", many=True),
        10: _message("tensors", "Tensor", many=True),
        13: Rule("doc_string", "text"),
        20: Rule("type", "int"),
    },
    "Tensor": {
        1: Rule("dims", "int", many=True),
        2: Rule("data_type", "int"),
        4: Rule("float_data", "numbers", many=True),
        5: Rule("int32_data", "numbers", many=True),
        7: Rule("int64_data", "numbers", many=True),
        8: Rule("name", "text"),
        9: Rule("raw_data", "bytes"),
        10: Rule("double_data", "numbers", many=True),
        11: Rule("uint64_data", "numbers", many=True),
        12: Rule("doc_string", "text"),
        14: Rule("data_location", "int"),
        16: _METADATA,
    },
    "ValueInfo": {
        1: Rule("name", "text"),
        2: _message("type", "Type"),
        3: Rule("doc_string", "text"),
        4: _METADATA,
    },
    "Type": {1: _message("tensor_type", "TensorType"), 6: Rule("denotation", "text")},
    "TensorType": {1: Rule("elem_type", "int"), 2: _message("shape", "Shape")},
    "Shape": {1: _message("dim", "Dimension", many=True)},
    "Dimension": {
        1: Rule("dim_value", "int"),
        2: Rule("dim_param", "text"),
        3: Rule("denotation", "text"),
    },
}

REFUSED: dict[tuple[str, int], tuple[str, Reason]] = {
    ("Model", 20): ("training_info", "network"),
    ("Model", 25): ("functions", "operator"),
    ("Model", 26): ("configuration", "network"),
    ("Graph", 15): ("sparse_initializer", "network"),
    ("Node", 10): ("device_configurations", "network"),
    ("Attribute", 6): ("g (a graph inside of a node)", "operator"),
    ("Attribute", 11): ("graphs (inside of a node)", "operator"),
    ("Attribute", 14): ("tp", "network"),
    ("Attribute", 15): ("type_protos", "network"),
    ("Attribute", 21): ("ref_attr_name", "operator"),
    ("Attribute", 22): ("sparse_tensor", "network"),
    ("Attribute", 23): ("sparse_tensors", "network"),
    ("Tensor", 3): ("segment", "network"),
    ("Tensor", 6): ("string_data", "network"),
    ("Tensor", 13): ("external_data", "external_data"),
}

ELEMENTS = {
    1: "float32",
    2: "uint8",
    3: "int8",
    4: "uint16",
    5: "int16",
    6: "int32",
    7: "int64",
    9: "bool",
    10: "float16",
    11: "float64",
    12: "uint32",
    13: "uint64",
}
"""Names of `elem_type`, as NumPy writes them."""
