"""A MessagePack map turned into a dataclass, its fields checked against their annotations."""

import dataclasses
import functools
import math
import types
import typing
from typing import Any, TypeVar

from edge.client.problems import RefusedError

T = TypeVar("T")

EXTRA = "extra"
"""Name of the field that takes the keys that a class does not know."""

OWN = frozenset({EXTRA, "blank"})
"""Fields that are the library's own and never come from the wire."""


def build(kind: type[T], fields: dict[str, Any]) -> T:
    """An instance of a dataclass.

    Raises:
        RefusedError: a field is missing or of the wrong type; names it.
    """
    known: Any = kind  # a class, for the caches
    hints = _hints(known)
    given = {
        name: _convert(hint, fields[name], name) for name, hint in hints.items() if name in fields
    }
    if missing := _required(known) - given.keys():
        raise RefusedError(f"{kind.__name__}: {min(missing)} is missing")
    if _takes_extra(known):
        given[EXTRA] = {name: value for name, value in fields.items() if name not in hints}
    return kind(**given)


@functools.cache
def _hints(kind: Any) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    return {name: hint for name, hint in hints.items() if name not in OWN}


@functools.cache
def _required(kind: Any) -> frozenset[str]:
    missing = dataclasses.MISSING
    return frozenset(
        each.name
        for each in dataclasses.fields(kind)
        if each.default is missing and each.default_factory is missing
    )


@functools.cache
def _takes_extra(kind: Any) -> bool:
    return any(each.name == EXTRA for each in dataclasses.fields(kind))


def _convert(hint: Any, value: Any, name: str) -> Any:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin is types.UnionType:
        return None if value is None else _convert(arguments[0], value, name)
    if origin is tuple and isinstance(value, list):
        return _tuple(arguments, value, name)
    if origin is dict and isinstance(value, dict):
        return {str(key): _convert(arguments[1], each, name) for key, each in value.items()}
    if dataclasses.is_dataclass(hint) and isinstance(value, dict):
        return build(typing.cast("type[Any]", hint), value)
    return _scalar(hint, value, name)


def _tuple(arguments: tuple[Any, ...], values: list[Any], name: str) -> tuple[Any, ...]:
    if arguments[-1] is Ellipsis:
        return tuple(_convert(arguments[0], value, name) for value in values)
    if len(values) != len(arguments):
        raise RefusedError(f"{name}: {len(arguments)} values are expected")
    return tuple(_convert(hint, value, name) for hint, value in zip(arguments, values, strict=True))


def _scalar(hint: Any, value: Any, name: str) -> Any:
    if hint is float and type(value) in (int, float) and math.isfinite(value):
        return float(value)
    if hint in (int, str) and type(value) is hint:
        return value
    raise RefusedError(f"{name}: is not what the protocol says")
