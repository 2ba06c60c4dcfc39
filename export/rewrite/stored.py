"""Kernel and bias of a convolution that are stored in 8 bits: read, and changed."""

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from export.rewrite.graph import Graph

Constant = NDArray[Any]


def stored_kernel(graph: Graph, convolution: onnx.NodeProto) -> Constant | None:
    """The kernel's whole numbers, int8; None where it is in fp32 or its zero is none."""
    stored = graph.producer(convolution.input[1])
    if stored is None or stored.op_type != "DequantizeLinear" or len(stored.input) != 3:
        return None
    kernel, zero = graph.constant(stored.input[0]), graph.constant(stored.input[2])
    return None if zero is None or zero.any() else kernel


def change(
    graph: Graph,
    convolution: onnx.NodeProto,
    ending: str,
    kernel: Callable[[Constant], Constant],
    times: int,
) -> list[str]:
    """Make kernel and bias of `times` as many outputs; gives their tensors' names.

    Args:
        ending: of the new constants' names.
        kernel: makes the new kernel of the old one; what is one number an output is repeated.
    """

    def changed(name: str) -> str:
        value = _constant(graph, name)
        if value.ndim == 0:
            return name
        new = kernel(value) if value.ndim == 4 else np.tile(value, times)
        return graph.add_constant(f"{name}{ending}", new)

    return [_with(graph, tensor, changed) for tensor in convolution.input[1:]]


def change_back(
    graph: Graph,
    convolution: onnx.NodeProto,
    ending: str,
    kernel: Callable[[Constant], Constant],
    outputs: int,
) -> list[str]:
    """The inverse. kernel: makes the old kernel of the changed one. outputs: of the old one."""

    def changed(name: str) -> str:
        value = _constant(graph, name)
        if not name.endswith(ending):
            return name
        old = kernel(value) if value.ndim == 4 else value[:outputs]
        return graph.add_constant(name.removesuffix(ending), old)

    return [_with(graph, tensor, changed) for tensor in convolution.input[1:]]


def _with(graph: Graph, tensor: str, changed: Callable[[str], str]) -> str:
    """The name of a tensor once the constants that it is made of are changed."""
    stored = graph.producer(tensor)
    if stored is None:
        return changed(tensor)
    new = onnx.NodeProto()
    new.CopyFrom(stored)
    new.input[:] = [changed(name) for name in stored.input]
    graph.replace([stored], [new])
    return tensor


def in_fp32(graph: Graph, tensor: str) -> Constant:
    """What a DequantizeLinear over constants makes, one scale for each first index."""
    stored = graph.producer(tensor)
    assert stored is not None  # noqa: S101 - its weights are stored
    numbers, scales = (_constant(graph, name) for name in stored.input[:2])
    each = scales.reshape(-1, *(1,) * (numbers.ndim - 1))
    return np.asarray(numbers * each, np.float32)


def _constant(graph: Graph, name: str) -> Constant:
    value = graph.constant(name)
    assert value is not None  # noqa: S101 - quantised weights are constants
    return value
