"""Which layers may be 8-bit: all of them, unless accuracy asks for the worst ones in fp32."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import onnx
from numpy.typing import NDArray

from edge.contract.variant import Parity
from export.parity import measure, over_limit, strain
from export.quantise import METHODS, Method, Quantiser
from export.rewrite.levelling import level

MARGIN = 0.8
"""Share of the parity limits that a plan must keep to on the frames that it is chosen by."""

Outputs = NDArray[np.float32]
Run = Callable[[bytes], Outputs]
"""Estimates (n,) of the calibration inputs by a network's bytes."""


@dataclass(frozen=True)
class Plan:
    """A network in 8 bits and how it came about. found: differences to fp32 when it was chosen."""

    model: onnx.ModelProto
    method: Method
    kept: list[str]
    found: Parity


def choose(quantiser: Quantiser, run: Run, wanted: Outputs) -> Plan:
    """The closest method; layers go back to fp32, the most sensitive first, until it is close.

    Args:
        quantiser: of the network.
        run: gives a candidate's estimates of the calibration inputs.
        wanted: the fp32 network's estimates of the same inputs.
    """
    plans = [_try(quantiser, run, wanted, method, []) for method in METHODS]
    plan = min(plans, key=lambda one: one.found.mean_abs_pct)
    left: list[str] | None = None
    while over_limit(plan.found, "int8", MARGIN):
        if left is None:
            left = _by_sensitivity(quantiser, run, wanted, plan.method)
        if not left:
            break
        plan = _try(quantiser, run, wanted, plan.method, [*plan.kept, left.pop(0)])
    return plan


def _try(quantiser: Quantiser, run: Run, wanted: Outputs, method: Method, kept: list[str]) -> Plan:
    raw = quantiser.quantise(method, kept)
    model = level(raw, run(raw.SerializeToString()), wanted)
    return Plan(model, method, kept, measure(wanted, run(model.SerializeToString())))


def _by_sensitivity(quantiser: Quantiser, run: Run, wanted: Outputs, method: Method) -> list[str]:
    """Layers by how near each alone comes to a limit when it is 8-bit, the worst first."""
    layers = quantiser.layers
    alone = {
        layer: _try(quantiser, run, wanted, method, [one for one in layers if one != layer])
        for layer in layers
    }
    return sorted(layers, key=lambda layer: -strain(alone[layer].found, "int8"))
