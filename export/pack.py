"""A training run made into a bundle: converted, rewritten, quantised, checked against Keras."""

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from edge.contract.bundle import Bundle, write_bundle
from edge.contract.manifest import GOLDEN_NAME, Manifest
from edge.contract.variant import PRECISIONS, ModelName, Parity, Precision, Quantisation, Variant
from export.check import Row, check_all, providers_here
from export.convert import OPSET, convert, load
from export.estimates import keras_estimates
from export.golden import choose, golden_npz
from export.heads import with_heads
from export.networks import Graphs, folded, fp16, fp32, int8
from export.rendering import calibration_frames, parity_frames
from export.rewrite.batch import any_batch
from export.run_folder import MODELS, RunFolder
from export.serial import next_serial
from export.steps import Steps
from export.virtual_frames import Pairs

TOOLS = ("tensorflow", "keras", "tf2onnx", "onnx", "onnxruntime", "numpy")

Networks = Mapping[Precision, Mapping[ModelName, bytes]]

TOLERANCE_PCT: dict[Precision, float] = {"fp32": 0.05, "int8": 0.1, "fp16": 0.1}
"""On golden frames. In 8 bits a value between two steps may fall to either on another processor, in
fp16 a GPU adds in another order; both stay within the parity limits' mean."""


@dataclass(frozen=True)
class Order:
    """What is asked for. pairs: of frames, at least, to compare and to calibrate on."""

    name: str
    version: str
    parity_pairs: int = 1000
    calibration_pairs: int = 256
    precisions: frozenset[Precision] = frozenset(PRECISIONS)
    """Beside fp32, which is always made."""


@dataclass(frozen=True)
class Packed:
    """A bundle and what was measured of it."""

    bundle: Bundle
    rows: list[Row]


def pack(run: RunFolder, out: Path, order: Order, steps: Steps) -> Packed:
    """Convert a run's models and write them as a bundle.

    Raises:
        ConversionError, ParityError, ProviderError, BundleError: nothing is written.
    """
    models = _load(run, steps)
    whole = _converted(models, steps)
    bare, quantisation = _graphs(whole, run, order, steps)
    # After quantising, so that the heads stay in fp32.
    graphs = {precision: with_heads(those, run.heads) for precision, those in bare.items()}
    pairs = parity_frames(run, order.parity_pairs, steps)
    with steps.step(f"asking Keras about {len(pairs)} pairs of frames"):
        trained = keras_estimates(models, pairs)
    networks = {precision: _bytes(those) for precision, those in graphs.items()}
    names = _names(networks)
    rows = check_all(networks, providers_here(), trained, pairs, steps)
    on_cpu = {row.precision: row.estimates for row in rows if row.provider == "cpu"}
    files = _files(networks, names, _bytes(_batched(whole)))
    files[GOLDEN_NAME] = golden_npz(pairs, trained, on_cpu, choose(pairs.hmrs_pct))
    variants = {
        precision: _variant(precision, names[precision], rows, pairs, quantisation)
        for precision in graphs
    }
    with steps.step(f"writing {out}"):
        bundle = write_bundle(out, _manifest(run, order, variants), files)
    return Packed(bundle, rows)


def _load(run: RunFolder, steps: Steps) -> dict[ModelName, Any]:
    models = {}
    with steps.step("reading the Keras models", len(MODELS)) as done:
        for name in MODELS:
            models[name] = load(run.keras_files[name])
            done()
    return models


def _converted(models: Mapping[ModelName, Any], steps: Steps) -> Graphs:
    plain: Graphs = {}
    with steps.step(f"converting to ONNX, opset {OPSET}", len(MODELS)) as done:
        for name in MODELS:
            plain[name] = convert(models[name])
            done()
    return folded(plain)


def _graphs(
    whole: Graphs, run: RunFolder, order: Order, steps: Steps
) -> tuple[dict[Precision, Graphs], Quantisation | None]:
    """Networks in every precision that is asked for, and how the 8-bit ones were made."""
    graphs: dict[Precision, Graphs] = {"fp32": fp32(whole)}
    quantisation = None
    if "int8" in order.precisions:
        frames = calibration_frames(run, order.calibration_pairs, steps)
        graphs["int8"], quantisation = int8(whole, frames, steps)
    if "fp16" in order.precisions:
        graphs["fp16"] = fp16(whole)
    return graphs, quantisation


def _bytes(graphs: Graphs) -> dict[ModelName, bytes]:
    return {name: graph.SerializeToString() for name, graph in graphs.items()}


def _batched(graphs: Graphs) -> Graphs:
    return {name: any_batch(graph) for name, graph in graphs.items()}


def file_name(model: ModelName, precision: Precision, *, batched: bool = False) -> str:
    """Of a network in a bundle, as `AR.int8.onnx`."""
    return f"{model}.{precision}{'.batch' if batched else ''}.onnx"


def _names(networks: Networks) -> dict[Precision, dict[ModelName, str]]:
    """Their files' names; a network of which nothing could be made smaller shares fp32's file."""
    return {
        precision: {
            model: file_name(model, "fp32" if data == networks["fp32"][model] else precision)
            for model, data in those.items()
        }
        for precision, those in networks.items()
    }


def _files(
    networks: Networks,
    names: Mapping[Precision, Mapping[ModelName, str]],
    batched: Mapping[ModelName, bytes],
) -> dict[str, bytes]:
    files = {
        names[precision][model]: data
        for precision, those in networks.items()
        for model, data in those.items()
    }
    return files | {file_name(model, "fp32", batched=True): data for model, data in batched.items()}


def _variant(
    precision: Precision,
    names: dict[ModelName, str],
    rows: list[Row],
    pairs: Pairs,
    quantisation: Quantisation | None,
) -> Variant:
    parity: dict[str, dict[ModelName, Parity]] = {
        row.provider: row.parity for row in rows if row.precision == precision
    }
    in_fp32 = precision == "fp32"
    return Variant(
        models=names,
        batched={model: file_name(model, "fp32", batched=True) for model in MODELS if in_fp32},
        golden_tolerance_pct=TOLERANCE_PCT[precision],
        parity=parity,
        compared_on=pairs.record,
        quantisation=quantisation if precision == "int8" else None,
    )


def _manifest(run: RunFolder, order: Order, variants: dict[Precision, Variant]) -> Manifest:
    return Manifest(
        name=order.name,
        version=order.version,
        serial=next_serial(),
        variants=variants,
        crop=run.crop,
        intervals=run.intervals,
        heads=run.heads.heads if run.heads else None,
        measured_on=run.measured_on,
        training=run.record,
        opset=OPSET,
        tools={"python": platform.python_version(), **{t: metadata.version(t) for t in TOOLS}},
    )
