"""A run's networks in every precision, as ONNX graphs."""

from collections.abc import Mapping
from typing import NamedTuple

import onnx

from edge.contract.grading import PAIR, VIEWS, View
from edge.contract.variant import ModelName, Quantisation, VirtualFrames
from export.estimates import Features, pair_outputs, view_outputs
from export.half import to_half
from export.mixed import Plan, choose
from export.quantise import WEIGHT_BITS, feature_inputs, frame_inputs, quantiser
from export.rewrite.blocks import in_blocks
from export.rewrite.columns import side_by_side
from export.rewrite.names import name_layers
from export.rewrite.normalisation import fold_normalisation
from export.rewrite.pooling import fold_pooling
from export.steps import Steps
from export.virtual_frames import Pairs, of_view

Graphs = dict[ModelName, onnx.ModelProto]


class Quantised(NamedTuple):
    """8-bit networks and how they were made."""

    graphs: Graphs
    record: Quantisation


def folded(plain: Mapping[ModelName, onnx.ModelProto]) -> Graphs:
    """Converted graphs with the normalisation folded and layers named, to make all others of."""
    return {name: name_layers(fold_normalisation(graph)) for name, graph in plain.items()}


def fp32(graphs: Graphs) -> Graphs:
    """Folded graphs with the rewrites that a CPU gains by."""
    return {name: for_cpu(graph) for name, graph in graphs.items()}


def for_cpu(graph: onnx.ModelProto) -> onnx.ModelProto:
    """A folded graph, quantised or not, with the rewrites that ONNX Runtime on a CPU gains by."""
    return side_by_side(in_blocks(fold_pooling(graph)))


def fp16(graphs: Graphs) -> Graphs:
    """Folded graphs with fp16 arithmetic: for GPUs, which gain nothing by bands."""
    return {name: to_half(graph) for name, graph in graphs.items()}


def int8(graphs: Graphs, frames: Pairs, steps: Steps) -> Quantised:
    """Folded graphs in 8 bits, calibrated on frames, the pair on the 8-bit views' features."""
    plans: dict[ModelName, Plan] = {}
    features: dict[View, Features] = {}
    wanted: dict[View, Features] = {}
    for view in VIEWS:
        with steps.step(f"quantising {view}"):
            plans[view] = _view(graphs[view], frames, view)
        data = plans[view].model.SerializeToString()
        features[view] = view_outputs(data, of_view(frames, view))[1]
        wanted[view] = view_outputs(graphs[view].SerializeToString(), of_view(frames, view))[1]
    with steps.step(f"quantising {PAIR}"):
        plans[PAIR] = _pair(graphs[PAIR], features, wanted)
    return Quantised(
        {name: for_cpu(plan.model) for name, plan in plans.items()},
        _record(plans, frames.record),
    )


def _view(graph: onnx.ModelProto, frames: Pairs, view: View) -> Plan:
    pixels = of_view(frames, view)
    wanted = view_outputs(graph.SerializeToString(), pixels)[0]
    with quantiser(graph, frame_inputs(pixels)) as made:
        return choose(made, lambda data: view_outputs(data, pixels)[0], wanted)


def _pair(
    graph: onnx.ModelProto, features: dict[View, Features], wanted: dict[View, Features]
) -> Plan:
    """`features`: of the 8-bit views, which it will get. `wanted`: of the fp32 ones."""
    ar, hr = features["AR"], features["HR"]
    estimates = pair_outputs(graph.SerializeToString(), wanted["AR"], wanted["HR"])
    with quantiser(graph, feature_inputs(ar, hr)) as made:
        return choose(made, lambda data: pair_outputs(data, ar, hr), estimates)


def _record(plans: dict[ModelName, Plan], calibrated_on: VirtualFrames) -> Quantisation:
    return Quantisation(
        method={name: plan.method for name, plan in plans.items()},
        weight_bits=WEIGHT_BITS,
        kept_in_fp32={name: plan.kept for name, plan in plans.items()},
        calibrated_on=calibrated_on,
    )
