"""Looks through an ONNX file without the ONNX library, before any runtime sees it.

It is told what it may hold (edge.contract.onnx_schema, onnx_operators) and refuses all else.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from edge.contract.bundle_error import Reason
from edge.contract.onnx_operators import OPERATORS, OPSETS
from edge.contract.onnx_schema import ELEMENTS, REFUSED, SCHEMA, Kind, Rule
from edge.contract.protobuf import (
    FIXED32,
    FIXED64,
    LENGTH,
    VARINT,
    WireError,
    fields,
    signed,
    varints,
)

MAX_FIELDS = 200_000
"""Fields of one file: far more than a network of some hundred layers has, and read in seconds."""

Tree = dict[str, list[Any]]
"""A message's values by field name; a field that is absent is absent."""

_WIRES: dict[Kind, tuple[int, ...]] = {
    "int": (VARINT,),
    "float": (FIXED32,),
    "text": (LENGTH,),
    "bytes": (LENGTH,),
    "numbers": (LENGTH, VARINT, FIXED32, FIXED64),
    "message": (LENGTH,),
}

_STANDARD_DOMAINS = ("", "ai.onnx")


class OnnxError(ValueError):
    """A network that is refused; `reason`: a code of `edge.contract.bundle_error`."""

    def __init__(self, text: str, reason: Reason = "network") -> None:
        super().__init__(text)
        self.reason: Reason = reason


class TensorType(NamedTuple):
    """Element type as NumPy writes it, and the sides; a side that is not fixed is a name or "?"."""

    element: str
    shape: tuple[int | str, ...]

    def __str__(self) -> str:
        return f"{self.element} ({', '.join(map(str, self.shape))})"


@dataclass(frozen=True)
class Network:
    """What a file says of its network. `inputs`, `outputs`: by tensor name."""

    opset: int
    operators: frozenset[str]
    inputs: dict[str, TensorType]
    outputs: dict[str, TensorType]


def scan(data: bytes) -> Network:
    """Look through an ONNX file.

    Raises:
        OnnxError: it is not ONNX to the letter, refers to other files, or uses what is not allowed.
    """
    if data[4:8] == b"ORTM":
        raise OnnxError("ONNX Runtime's own format, not ONNX; convert the network to .onnx")
    try:
        model = _Reader().read("Model", memoryview(data))
        graph = _only(model, "graph")
        _check_tensors(graph)
        initial = {_first(tensor, "name", "") for tensor in graph.get("initializer", [])}
        inputs = _types(graph.get("input", []))
        return Network(
            _opset(model),
            _operators(graph),
            {name: tensor for name, tensor in inputs.items() if name not in initial},
            _types(graph.get("output", [])),
        )
    except (WireError, UnicodeDecodeError) as error:
        raise OnnxError(f"not an ONNX file: {error}") from error


class _Reader:
    """Reads messages by their schema; refuses more than MAX_FIELDS fields in all."""

    def __init__(self) -> None:
        self._left = MAX_FIELDS

    def read(self, kind: str, data: memoryview) -> Tree:
        tree: Tree = {}
        for number, wire, value in fields(data):
            self._count()
            rule = _rule(kind, number, wire)
            if rule.name in tree and not rule.many:
                raise OnnxError(f"{kind}.{rule.name} comes twice")
            tree.setdefault(rule.name, []).extend(self._values(rule, value))
        return tree

    def _values(self, rule: Rule, value: int | memoryview) -> Iterator[Any]:
        if isinstance(value, int):
            yield signed(value)
        elif rule.kind == "message":
            yield self.read(rule.message, value)
        elif rule.kind == "int":
            for number in varints(value):
                self._count()
                yield signed(number)
        elif rule.kind == "text":
            yield bytes(value).decode()
        else:
            yield value

    def _count(self) -> None:
        self._left -= 1
        if self._left < 0:
            raise OnnxError(f"more than {MAX_FIELDS} fields; no network needs so many")


def _rule(kind: str, number: int, wire: int) -> Rule:
    """The rule for a field; OnnxError where there is none or it is written otherwise."""
    if (kind, number) in REFUSED:
        name, reason = REFUSED[kind, number]
        raise OnnxError(f"{kind}.{name} is not allowed in a bundle", reason)
    rule = SCHEMA[kind].get(number)
    if rule is None:
        raise OnnxError(f"{kind} has a field {number}, which is not known")
    packed = rule.many and rule.kind == "int" and wire == LENGTH
    if wire not in _WIRES[rule.kind] and not packed:
        raise OnnxError(f"{kind}.{rule.name} has wire type {wire}")
    return rule


def _only(tree: Tree, name: str) -> Tree:
    found: list[Tree] = tree.get(name, [])
    if len(found) != 1:
        raise OnnxError(f"not an ONNX file: no {name}")
    return found[0]


def _first(tree: Tree, name: str, otherwise: Any) -> Any:
    return tree.get(name, [otherwise])[0]


def _check_tensors(graph: Tree) -> None:
    """Every tensor's values are in the file itself."""
    tensors = list(graph.get("initializer", []))
    for node in graph.get("node", []):
        for attribute in node.get("attribute", []):
            tensors += attribute.get("t", []) + attribute.get("tensors", [])
    for tensor in tensors:
        if _first(tensor, "data_location", 0) != 0:
            name = _first(tensor, "name", "")
            raise OnnxError(
                f"tensor {name!r} lies in another file; save the network with its weights inside",
                "external_data",
            )


def _opset(model: Tree) -> int:
    """Version of the standard domain; others that converters name are used by no allowed node."""
    versions = [
        _first(each, "version", 0)
        for each in model.get("opset_import", [])
        if _first(each, "domain", "") in _STANDARD_DOMAINS
    ]
    if len(versions) != 1:
        raise OnnxError(f"{len(versions)} operator sets of the standard domain, not one")
    version = int(versions[0])
    if version not in OPSETS:
        allowed = f"{OPSETS.start} to {OPSETS.stop - 1}"
        raise OnnxError(f"opset {version}; {allowed} can be used: export the network with one")
    return version


def _operators(graph: Tree) -> frozenset[str]:
    """Names of the operators used, all of them allowed."""
    for node in graph.get("node", []):
        name = _first(node, "op_type", "")
        domain = _first(node, "domain", "")
        if domain not in _STANDARD_DOMAINS or name not in OPERATORS:
            raise OnnxError(
                f"operator {f'{domain}.' if domain else ''}{name} is not allowed; "
                "edge/contract/onnx_operators.py lists those that are, and why",
                "operator",
            )
    return frozenset(_first(node, "op_type", "") for node in graph.get("node", []))


def _types(values: list[Tree]) -> dict[str, TensorType]:
    """Types of a graph's inputs or outputs by name."""
    found = {}
    for value in values:
        tensor = _only(_only(value, "type"), "tensor_type")
        shape = _first(tensor, "shape", {})
        sides = tuple(_side(dimension) for dimension in shape.get("dim", []))
        element = int(_first(tensor, "elem_type", 0))
        found[_first(value, "name", "")] = TensorType(
            ELEMENTS.get(element, f"type {element}"), sides
        )
    return found


def _side(dimension: Tree) -> int | str:
    name: str = _first(dimension, "dim_param", "?")
    side: int | str = _first(dimension, "dim_value", name)
    return side
