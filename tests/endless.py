"""A network that never ends on bright frames: what a deadline and a watchdog are for.

A bundle that has one is refused when it is read (edge.contract.onnx_scan), and rightly so: whoever
runs it has to leave that out.
"""

from collections.abc import Callable
from pathlib import Path
from unittest import mock

import numpy as np
from onnx import ModelProto, TensorProto, helper, load_from_string, numpy_helper

import edge.contract.bundle
from edge.contract.bundle import read_bundle, write_bundle
from edge.contract.crop import CropSpec
from export.signing import sign
from tests.bundles import SIGNER, TRUST, make_bundle

Patch = Callable[[object, str, object], None]
"""What sets an attribute: `setattr`, or pytest's monkeypatch.setattr."""

BRIGHT_PCT = 21.0
"""Above this estimate the network turns 2^62 times; a frame of gray 220 says 22 %."""

BRIGHT_GRAY = 220


def allow(patch: Patch) -> None:
    """Leave the look into a bundle's networks out."""
    patch(edge.contract.bundle, "_look_through", lambda *_: None)


def make_endless_bundle(path: Path, size: int = 64) -> Path:
    """A bundle whose AR network says mean gray / 10, and never ends above BRIGHT_PCT."""
    plain = make_bundle(path.with_name(f"{path.name}-plain"), crop=CropSpec(size=size))
    bundle = read_bundle(plain, TRUST)
    model = load_from_string(bundle.files["AR.onnx"])
    _turn_for_ever(model)
    files = {**bundle.files, "AR.onnx": model.SerializeToString()}
    with mock.patch.object(edge.contract.bundle, "_look_through"):
        write_bundle(path, bundle.manifest, files)
        sign(path, SIGNER)
    return path


def _turn_for_ever(model: ModelProto) -> None:
    """Lead `fat_pct` through a loop of one turn, or of 2^62 where it is above BRIGHT_PCT."""
    graph = model.graph
    for node in graph.node:
        node.input[:] = ["said_pct" if name == "fat_pct" else name for name in node.input]
        node.output[:] = ["said_pct" if name == "fat_pct" else name for name in node.output]
    constants = {
        "bright_pct": np.array([[BRIGHT_PCT]], np.float32),
        "for_ever": np.array([[2**62]], np.int64),
        "once": np.array([[1]], np.int64),
        "scalar": np.array([1], np.int64),
        "go": np.array(True),
    }
    graph.initializer.extend(
        numpy_helper.from_array(value, name) for name, value in constants.items()
    )
    graph.node.extend(
        (
            helper.make_node("Greater", ["said_pct", "bright_pct"], ["bright"]),
            helper.make_node("Where", ["bright", "for_ever", "once"], ["turns_2d"]),
            helper.make_node("Reshape", ["turns_2d", "scalar"], ["turns"]),
            helper.make_node("Loop", ["turns", "go", "said_pct"], ["fat_pct"], body=_body()),
        )
    )


def _body() -> object:
    """One turn: everything stays as it is."""
    value = [1, 1]
    return helper.make_graph(
        [
            helper.make_node("Identity", ["go_on"], ["go_on_out"]),
            helper.make_node("Identity", ["value"], ["value_out"]),
        ],
        "turn",
        [
            helper.make_tensor_value_info("number", TensorProto.INT64, []),
            helper.make_tensor_value_info("go_on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("value", TensorProto.FLOAT, value),
        ],
        [
            helper.make_tensor_value_info("go_on_out", TensorProto.BOOL, []),
            helper.make_tensor_value_info("value_out", TensorProto.FLOAT, value),
        ],
    )
