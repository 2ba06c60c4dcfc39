"""Tiny model bundles whose outputs are known, for tests that need a daemon but no real model."""

import io
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import onnx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from edge.contract.bundle import write_bundle
from edge.contract.crop import CropSpec
from edge.contract.manifest import GOLDEN_NAME, Manifest
from edge.contract.trust import Trust
from edge.contract.variant import ModelName, Precision, Variant
from export.signing import public_key, sign

OPSET = 18
IR_VERSION = 10
MODELS: dict[ModelName, str] = {"AR": "AR.onnx", "HR": "HR.onnx", "AR+HR": "AR+HR.onnx"}
SIGNER = Ed25519PrivateKey.generate()
"""Signs the bundles of this run of the tests; nothing keeps it."""

TRUSTED_KEY = public_key(SIGNER)
TRUST = Trust(frozenset({TRUSTED_KEY}))
"""What a daemon demands whose settings list that key."""

GOLDEN_GRAYS = (0, 40, 90, 200)

QUICK_EXPORT = ("--precision", "fp32", "--parity-frames", "16")
"""Flags of `python -m export bundle` for tests of something else than the precisions."""


class Line(NamedTuple):
    """An estimate that is a straight line over the window's mean gray (0-255), in %."""

    per_gray: float = 0.1
    offset_pct: float = 0.0

    def fat_pct(self, window: NDArray[np.uint8]) -> float:
        """What the network says of a (size, size) window."""
        return self.per_gray * float(window.mean()) + self.offset_pct


MEAN_GRAY_BY_TEN = Line(0.1)
PAPERS_CROP = CropSpec()


def make_bundle(
    path: Path,
    *,
    ar: Line = MEAN_GRAY_BY_TEN,
    hr: Line = MEAN_GRAY_BY_TEN,
    features: int = 8,
    crop: CropSpec = PAPERS_CROP,
    name: str = "tiny",
    serial: int = 0,
    int8: Line | None = None,
) -> Path:
    """Write a bundle that `edge.runner` accepts into the new folder `path`, and give it back.

    It is signed by this run's SIGNER, so that a daemon takes it as it would take one at a scanner.

    A single-view network gives `fat_pct`, its line over the window's mean gray, and `features`,
    that same number `features` times. The network of both views gives the mean of the two numbers.
    So a gray frame of level 80 is 8 % fat unless another line is asked for. `ar=Line(0, 12)`
    always says 12 %; `hr=Line(1)` is out of range for bright frames. `int8`: an "int8" variant
    whose AR network says this; its golden outputs are those of fp32.
    """
    files = {
        "AR.onnx": _single(ar, crop.size, features),
        "HR.onnx": _single(hr, crop.size, features),
        "AR+HR.onnx": _pair(features),
        GOLDEN_NAME: _golden(ar, hr, crop.size),
    }
    variants: dict[Precision, Variant] = {"fp32": Variant(models=MODELS)}
    if int8 is not None:
        files["AR.int8.onnx"] = _single(int8, crop.size, features)
        variants["int8"] = Variant(models={**MODELS, "AR": "AR.int8.onnx"})
    manifest = Manifest(
        name=name,
        version="0",
        serial=serial,
        variants=variants,
        crop=crop,
        measured_on="nothing: a straight line over the mean gray, made for a test",
        opset=OPSET,
    )
    write_bundle(path, manifest, files)
    sign(path, SIGNER)
    return path


def _single(line: Line, size: int, features: int) -> bytes:
    nodes = [
        helper.make_node("Cast", ["frame"], ["gray"], to=TensorProto.FLOAT),
        helper.make_node("Flatten", ["gray"], ["flat"]),
        helper.make_node("ReduceMean", ["flat", "last"], ["mean"], keepdims=1),
        helper.make_node("Mul", ["mean", "per_gray"], ["scaled"]),
        helper.make_node("Add", ["scaled", "offset"], ["fat_pct"]),
        helper.make_node("Expand", ["fat_pct", "width"], ["features"]),
    ]
    constants = {
        "last": np.array([1], np.int64),
        "per_gray": np.array([[line.per_gray]], np.float32),
        "offset": np.array([[line.offset_pct]], np.float32),
        "width": np.array([1, features], np.int64),
    }
    inputs = [helper.make_tensor_value_info("frame", TensorProto.UINT8, [1, size, size, 1])]
    outputs = [_floats("fat_pct", 1), _floats("features", features)]
    return _model(nodes, inputs, outputs, constants)


def _pair(features: int) -> bytes:
    nodes = [
        helper.make_node("Concat", ["ar_features", "hr_features"], ["both"], axis=1),
        helper.make_node("ReduceMean", ["both", "last"], ["fat_pct"], keepdims=1),
    ]
    inputs = [_floats("ar_features", features), _floats("hr_features", features)]
    return _model(nodes, inputs, [_floats("fat_pct", 1)], {"last": np.array([1], np.int64)})


def _floats(name: str, width: int) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, width])


def _model(
    nodes: list[onnx.NodeProto],
    inputs: list[onnx.ValueInfoProto],
    outputs: list[onnx.ValueInfoProto],
    constants: dict[str, NDArray[Any]],
) -> bytes:
    initializers = [numpy_helper.from_array(array, name) for name, array in constants.items()]
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, initializers)
    opsets = [helper.make_opsetid("", OPSET)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION)
    onnx.checker.check_model(model, full_check=True)
    return bytes(model.SerializeToString())


def _golden(ar: Line, hr: Line, size: int) -> bytes:
    frames = np.array([np.full((size, size), gray, np.uint8) for gray in GOLDEN_GRAYS])
    ar_pct = np.array([ar.fat_pct(frame) for frame in frames], np.float32)
    hr_pct = np.array([hr.fat_pct(frame) for frame in frames], np.float32)
    file = io.BytesIO()
    np.savez_compressed(
        file,
        ar_frames=frames,
        hr_frames=frames,
        ar_fat_pct=ar_pct,
        hr_fat_pct=hr_pct,
        pair_fat_pct=(ar_pct + hr_pct) / 2,
    )
    return file.getvalue()
