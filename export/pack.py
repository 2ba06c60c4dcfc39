"""A training run made into a bundle: converted, checked against Keras, written with its hashes."""

import platform
from collections.abc import Callable
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import msgspec

from edge.contract.bundle import Bundle, write_bundle
from edge.contract.manifest import GOLDEN_NAME, Manifest
from export.convert import OPSET, convert, load
from export.estimates import OnnxModels, keras_estimates
from export.golden import choose, golden_npz
from export.heads import with_heads
from export.parity import Parity, compare
from export.run_folder import MODELS, RunFolder

TOOLS = ("tensorflow", "keras", "tf2onnx", "onnx", "onnxruntime", "numpy")


@dataclass(frozen=True)
class Packed:
    """A bundle and how close it is to the Keras models."""

    bundle: Bundle
    parity: dict[str, Parity]


def pack(run: RunFolder, out: Path, name: str, version: str, tell: Callable[[str], None]) -> Packed:
    """Convert a run's models and write them as a bundle; `tell` hears of each step.

    Raises:
        ConversionError, ParityError, BundleError: nothing is written.
    """
    tell("reading the Keras models")
    models = {model: load(run.keras_files[model]) for model in MODELS}
    tell(f"converting to ONNX, opset {OPSET}")
    graphs = with_heads({model: convert(models[model]) for model in MODELS}, run.heads)
    onnx_bytes = {model: graphs[model].SerializeToString() for model in MODELS}
    tell(f"comparing with Keras on {len(run.sample)} pairs of frames")
    trained = keras_estimates(models, run.sample)
    parity = compare(trained, OnnxModels.load(onnx_bytes).estimates(run.sample))
    files = {f"{model}.onnx": data for model, data in onnx_bytes.items()}
    files[GOLDEN_NAME] = golden_npz(run.sample, trained, choose(run.sample))
    tell(f"writing {out}")
    return Packed(write_bundle(out, _manifest(run, name, version, parity), files), parity)


def _manifest(run: RunFolder, name: str, version: str, parity: dict[str, Parity]) -> Manifest:
    return Manifest(
        name=name,
        version=version,
        models={model: f"{model}.onnx" for model in MODELS},
        crop=run.crop,
        intervals=run.intervals,
        heads=run.heads.heads if run.heads else None,
        measured_on=run.measured_on,
        training={**run.record, "parity": msgspec.to_builtins(parity)},
        opset=OPSET,
        tools={"python": platform.python_version(), **{t: metadata.version(t) for t in TOOLS}},
    )
