"""The scan reads a network as the ONNX library does, and refuses what it does not know."""

from collections.abc import Callable

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from edge.contract.bundle import builtin_path, read_bundle
from edge.contract.onnx_scan import MAX_FIELDS, OnnxError, TensorType, scan
from edge.contract.onnx_schema import REFUSED, SCHEMA

BUILTIN = read_bundle(builtin_path()).files


def network() -> onnx.ModelProto:
    """y = x * w, w inside of the file."""
    graph = helper.make_graph(
        [helper.make_node("Mul", ["x", "w"], ["y"], name="times")],
        "g",
        [helper.make_tensor_value_info("x", TensorProto.UINT8, ["n", 2])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, None])],
        [numpy_helper.from_array(np.ones((1, 2), np.float32), "w")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=8)


def refusal(model: onnx.ModelProto | bytes) -> tuple[str, str]:
    data = model if isinstance(model, bytes) else model.SerializeToString()
    with pytest.raises(OnnxError) as raised:
        scan(data)
    return raised.value.reason, str(raised.value)


@pytest.mark.parametrize("name", [name for name in BUILTIN if name.endswith(".onnx")])
def test_the_builtin_networks_are_as_the_onnx_library_reads_them(name: str) -> None:
    found, expected = scan(BUILTIN[name]), onnx.load_from_string(BUILTIN[name])

    assert found.opset == expected.opset_import[0].version
    assert found.operators == {node.op_type for node in expected.graph.node}
    for tensors, values in (
        (found.inputs, expected.graph.input),
        (found.outputs, expected.graph.output),
    ):
        assert list(tensors) == [value.name for value in values]
        for value in values:
            dims = value.type.tensor_type.shape.dim
            assert tensors[value.name].shape == tuple(d.dim_param or d.dim_value for d in dims)


def test_open_sides_and_element_types_are_told() -> None:
    found = scan(network().SerializeToString())

    assert found.inputs == {"x": TensorType("uint8", ("n", 2))}
    assert found.outputs == {"y": TensorType("float32", (1, "?"))}


def test_a_domain_that_is_named_but_not_used_does_no_harm() -> None:
    model = network()
    model.opset_import.insert(0, helper.make_opsetid("com.microsoft", 1))

    assert scan(model.SerializeToString()).opset == 18


def test_weights_that_are_also_listed_as_inputs_are_no_inputs() -> None:
    model = network()
    model.graph.input.append(helper.make_tensor_value_info("w", TensorProto.FLOAT, [1, 2]))

    assert list(scan(model.SerializeToString()).inputs) == ["x"]


def _external(model: onnx.ModelProto) -> None:
    onnx.external_data_helper.set_external_data(model.graph.initializer[0], "/etc/passwd")


def _external_location_alone(model: onnx.ModelProto) -> None:
    model.graph.initializer[0].data_location = TensorProto.EXTERNAL


def _external_in_a_node(model: onnx.ModelProto) -> None:
    tensor = numpy_helper.from_array(np.ones(2, np.float32), "c")
    onnx.external_data_helper.set_external_data(tensor, "../weights")
    model.graph.node.append(helper.make_node("Constant", [], ["c"], value=tensor))


def _loop(model: onnx.ModelProto) -> None:
    body = helper.make_graph([], "body", [], [])
    model.graph.node.append(helper.make_node("Loop", ["x"], ["z"], body=body))


def _loop_without_body(model: onnx.ModelProto) -> None:
    model.graph.node.append(helper.make_node("Loop", ["x"], ["z"]))


def _vendor_operator(model: onnx.ModelProto) -> None:
    model.graph.node.append(helper.make_node("EPContext", [], ["z"], domain="com.microsoft"))


def _function(model: onnx.ModelProto) -> None:
    model.functions.append(helper.make_function("own", "f", [], [], [], model.opset_import))


def _random(model: onnx.ModelProto) -> None:
    model.graph.node.append(helper.make_node("RandomNormal", [], ["z"], shape=[2]))


def _sparse(model: onnx.ModelProto) -> None:
    model.graph.sparse_initializer.add()


def _no_graph(model: onnx.ModelProto) -> None:
    model.ClearField("graph")


def _two_opsets(model: onnx.ModelProto) -> None:
    model.opset_import.append(helper.make_opsetid("ai.onnx", 18))


def _future_opset(model: onnx.ModelProto) -> None:
    model.opset_import[0].version = 99


@pytest.mark.parametrize(
    ("change", "reason", "says"),
    [
        (_external, "external_data", "external_data is not allowed"),
        (_external_location_alone, "external_data", "'w' lies in another file"),
        (_external_in_a_node, "external_data", "external_data is not allowed"),
        (_loop, "operator", "a graph inside of a node"),
        (_loop_without_body, "operator", "operator Loop is not allowed"),
        (_vendor_operator, "operator", "com.microsoft.EPContext"),
        (_function, "operator", "functions is not allowed"),
        (_random, "operator", "RandomNormal"),
        (_sparse, "network", "sparse_initializer"),
        (_no_graph, "network", "no graph"),
        (_two_opsets, "network", "2 operator sets"),
        (_future_opset, "network", "opset 99; 11 to 23 can be used"),
    ],
)
def test_what_a_bundle_may_not_hold_is_refused(
    change: Callable[[onnx.ModelProto], None], reason: str, says: str
) -> None:
    model = network()
    change(model)

    found, text = refusal(model)

    assert found == reason
    assert says in text


def test_a_field_of_a_later_onnx_is_refused() -> None:
    assert "Model has a field 99" in refusal(network().SerializeToString() + b"\x98\x06\x01")[1]


def test_a_field_that_would_win_over_the_one_looked_at_is_refused() -> None:
    twice = network().SerializeToString() * 2

    assert "Model.ir_version comes twice" in refusal(twice)[1]


def test_a_field_of_another_wire_type_is_refused() -> None:
    assert "Model.ir_version has wire type 2" in refusal(b"\x0a\x01a")[1]


def test_the_runtimes_own_format_is_refused_even_if_it_reads_as_onnx_too() -> None:
    model = network()
    model.ir_version = 8
    polyglot = b"\x08\x08\x12\x04ORTM" + model.SerializeToString()[2:]
    assert onnx.load_from_string(polyglot).producer_name == "ORTM"

    assert "ONNX Runtime's own format" in refusal(polyglot)[1]


def test_a_flood_of_fields_is_refused_before_it_is_read_through() -> None:
    flood = b"\x42\x00" * (MAX_FIELDS + 1)

    assert f"more than {MAX_FIELDS} fields" in refusal(flood)[1]


def test_packed_numbers_count_as_fields() -> None:
    dims = b"\x01" * (MAX_FIELDS + 1)
    tensor = b"\x0a" + _length(dims)
    graph = b"\x2a" + _length(tensor)

    assert f"more than {MAX_FIELDS} fields" in refusal(b"\x3a" + _length(graph))[1]


def _length(data: bytes) -> bytes:
    count, prefix = len(data), b""
    while count >= 0x80:
        prefix += bytes([count & 0x7F | 0x80])
        count >>= 7
    return prefix + bytes([count]) + data


PROTOS = {
    "Model": onnx.ModelProto,
    "OperatorSetId": onnx.OperatorSetIdProto,
    "StringStringEntry": onnx.StringStringEntryProto,
    "Graph": onnx.GraphProto,
    "TensorAnnotation": onnx.TensorAnnotation,
    "Node": onnx.NodeProto,
    "Attribute": onnx.AttributeProto,
    "Tensor": onnx.TensorProto,
    "ValueInfo": onnx.ValueInfoProto,
    "Type": onnx.TypeProto,
    "TensorType": onnx.TypeProto.Tensor,
    "Shape": onnx.TensorShapeProto,
    "Dimension": onnx.TensorShapeProto.Dimension,
}


@pytest.mark.parametrize("message", SCHEMA)
def test_names_numbers_and_repetition_are_those_of_the_standard(message: str) -> None:
    standard = PROTOS[message].DESCRIPTOR.fields_by_number

    for number, rule in SCHEMA[message].items():
        assert rule.name == standard[number].name
        assert rule.many == standard[number].is_repeated
    for (kind, number), (name, _) in REFUSED.items():
        if kind == message:
            assert name.split()[0] == standard[number].name


def test_whatever_the_bytes_it_is_read_or_refused() -> None:
    rng = np.random.default_rng(0)
    data = network().SerializeToString()
    refused = 0
    for _ in range(5000):
        changed = bytearray(data)
        for at in rng.integers(len(data), size=rng.integers(1, 4)):
            changed[at] = rng.integers(256)
        try:
            scan(bytes(changed[: rng.integers(1, len(data) + 1)]))
        except OnnxError:
            refused += 1
    assert refused > 2500
