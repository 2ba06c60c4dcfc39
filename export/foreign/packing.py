"""A foreign network and what its author says of it, made into a bundle."""

import platform
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import numpy as np

from edge.contract.bundle import Bundle, write_bundle
from edge.contract.grading import PAIR, VIEWS, View
from edge.contract.manifest import GOLDEN_NAME, Manifest
from edge.contract.variant import Variant
from export.foreign import golden
from export.foreign.draft import Draft
from export.foreign.network import adapt, check_pair, one_opset
from export.foreign.pack_error import PackError
from export.serial import next_serial

TOOLS = ("onnx", "onnxruntime", "numpy")

Networks = dict[str, bytes]
"""By "AR", "HR" and "AR+HR"."""


def pack_foreign(
    draft: Draft,
    paths: list[Path],
    golden_path: Path | None,
    out: Path,
    tell: Callable[[str], None],
) -> Bundle:
    """Check the networks, give them golden frames and write the bundle; `tell` hears of each step.

    Args:
        draft: what the author says; its `models` name the files by their last part.
        paths: the ONNX files.
        golden_path: frames with the outputs of the author's own framework; None: virtual frames.
        out: new or empty folder.
        tell: hears of each step.

    Raises:
        PackError, BundleError: nothing is written, or the folder `out` is not empty.
    """
    tell("looking through the networks")
    networks = _networks(draft, paths)
    opset = one_opset(networks.values())
    tell("running the golden frames")
    arrays = _golden(draft, networks, golden_path)
    files = {f"{model}.onnx": data for model, data in networks.items()}
    files[GOLDEN_NAME] = golden.packed(arrays)
    tell(f"writing {out}")
    return write_bundle(out, _manifest(draft, opset), files)


def _networks(draft: Draft, paths: list[Path]) -> Networks:
    by_name = {path.name: path for path in paths}
    if unused := by_name.keys() - set(draft.models.values()):
        raise PackError(f"{', '.join(sorted(unused))}: models in the manifest names no such file")
    networks = {}
    for model, name in draft.models.items():
        if name not in by_name:
            raise PackError(f"{name}: named under models, but not given on the command line")
        path = by_name[name]
        try:
            data = path.read_bytes()
        except OSError as error:
            raise PackError(f"{path}: {error.strerror}") from error
        networks[str(model)] = adapt(path, data, model, draft.crop.size, pairs=PAIR in draft.models)
    if PAIR in networks:
        check_pair(networks)
    return networks


def _golden(draft: Draft, networks: Networks, path: Path | None) -> golden.Arrays:
    """Golden frames and outputs under the names of the golden file."""
    views: list[View] = [view for view in VIEWS if view in networks]
    if path is None:
        frames = {view: golden.virtual_frames(view, draft.crop) for view in views}
        found = golden.outputs(networks, frames)
        if not all(np.isfinite(said).all() for said in found.values()):
            raise PackError("a network gives NaN or infinity on a virtual frame; is it trained?")
        return {**{f"{view.lower()}_frames": each for view, each in frames.items()}, **found}
    given = golden.read_frames(path, views, draft.crop.size)
    own = {view: np.asarray(given[f"{view.lower()}_frames"], np.uint8) for view in views}
    golden.check(path, given, golden.outputs(networks, own), draft.golden_tolerance_pct)
    return given


def _manifest(draft: Draft, opset: int) -> Manifest:
    variant = Variant(
        models={model: f"{model}.onnx" for model in draft.models},
        golden_tolerance_pct=draft.golden_tolerance_pct,
    )
    return Manifest(
        name=draft.name,
        version=draft.version,
        serial=next_serial() if draft.serial is None else draft.serial,
        expires=draft.expires,
        variants={"fp32": variant},
        crop=draft.crop,
        intervals=draft.intervals,
        measured_on=draft.measured_on,
        training=draft.training,
        opset=opset,
        tools={"python": platform.python_version(), **{t: metadata.version(t) for t in TOOLS}},
    )
