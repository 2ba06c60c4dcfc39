"""Golden frames of a foreign bundle: the author's, checked, or virtual ones with what it says."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from edge.contract.archive import ArchiveError, check_archive
from edge.contract.crop import CropSpec, crop
from edge.contract.grading import PAIR, View
from edge.scanner.virtual_source import VirtualSource
from export.foreign.pack_error import PackError

FAT_PCT = (2.0, 6.0, 11.0, 20.0)
"""Fat of the virtual livers, one of each grade S0 to S3."""

RUNTIME_ERRORS: tuple[type[Exception], ...] = (
    RuntimeError,
    *(
        kind
        for kind in vars(onnxruntime.capi.onnxruntime_pybind11_state).values()
        if isinstance(kind, type) and issubclass(kind, Exception)
    ),
)
"""ONNX Runtime's exceptions share no class of their own."""

Frames = NDArray[np.uint8]
Arrays = dict[str, NDArray[np.generic]]


def virtual_frames(view: View, spec: CropSpec) -> Frames:
    """Windows (4, size, size) of virtual livers, none of them a patient's."""
    windows = []
    for seed, fat_pct in enumerate(FAT_PCT):
        source = VirtualSource(f"virtual:fat={fat_pct:g},view={view},seed={seed},frames=1")
        shot = next(source.shots())
        windows.append(crop(shot.pixels, spec, shot.spacing_mm))
    return np.stack(windows)


def read_frames(path: Path, views: list[View], size: int) -> Arrays:
    """Arrays of the author's file: `ar_frames` uint8 (n, size, size), `ar_fat_pct` (n,), and so on.

    Raises:
        PackError: it cannot be read, or an array is missing or of another type or shape.
    """
    try:
        raw = path.read_bytes()
        check_archive(raw)
        with np.load(io.BytesIO(raw), allow_pickle=False) as file:
            arrays: Arrays = dict(file)
    except (OSError, ValueError, EOFError, ArchiveError, zipfile.BadZipFile) as error:
        raise PackError(f"{path}: not a file of golden frames: {error}") from error
    for view in views:
        frames = arrays.get(f"{view.lower()}_frames", np.empty(0))
        if frames.dtype != np.uint8 or frames.shape[1:] != (size, size) or len(frames) == 0:
            raise PackError(
                f"{path}: {view.lower()}_frames: {frames.dtype} {frames.shape} found, "
                f"uint8 (n, {size}, {size}) needed"
            )
    if len({len(arrays[f"{view.lower()}_frames"]) for view in views}) > 1:
        raise PackError(f"{path}: ar_frames and hr_frames: as many of one as of the other, please")
    return arrays


def outputs(networks: Mapping[str, bytes], frames: Mapping[View, Frames]) -> Arrays:
    """What the networks say of the frames on the CPU: `ar_fat_pct` float32 (n,), and so on.

    Raises:
        PackError: ONNX Runtime cannot run one.
    """
    features: dict[str, list[NDArray[np.generic]]] = {}
    found: Arrays = {}
    for view, windows in frames.items():
        names = ["fat_pct", "features"] if PAIR in networks else ["fat_pct"]
        said = _run(
            networks[view], names, [{"frame": w[np.newaxis, ..., np.newaxis]} for w in windows]
        )
        found[f"{view.lower()}_fat_pct"] = _column(said)
        features[view] = [each[-1] for each in said]
    if PAIR in networks:
        pairs = zip(features["AR"], features["HR"], strict=True)
        feeds = [{"ar_features": ar, "hr_features": hr} for ar, hr in pairs]
        found["pair_fat_pct"] = _column(_run(networks[PAIR], ["fat_pct"], feeds))
    return found


def _run(
    network: bytes, names: list[str], feeds: list[dict[str, NDArray[np.generic]]]
) -> list[list[NDArray[np.float32]]]:
    try:
        session = onnxruntime.InferenceSession(network, providers=["CPUExecutionProvider"])
        return [session.run(names, feed) for feed in feeds]
    except RUNTIME_ERRORS as error:
        raise PackError(f"ONNX Runtime cannot run a network: {error}") from error


def _column(said: list[list[NDArray[np.float32]]]) -> NDArray[np.float32]:
    return np.array([each[0][0, 0] for each in said], np.float32)


def check(path: Path, given: Arrays, found: Arrays, tolerance_pct: float) -> None:
    """The networks say of the author's frames what the author says; PackError where they do not."""
    for name, said in found.items():
        expected = given.get(name)
        if expected is None or expected.shape != said.shape or expected.dtype.kind not in "fiu":
            raise PackError(f"{path}: {name}: {len(said)} numbers are needed, one for each frame")
        worst = float(np.max(np.abs(said.astype(float) - expected.astype(float))))
        if not worst <= tolerance_pct:  # so written that NaN is refused too
            raise PackError(
                f"{path}: {name}: ONNX Runtime is off by {worst:.4f} percentage points, "
                f"{tolerance_pct} allowed; is the conversion to ONNX right, and the pixel range?"
            )


def packed(arrays: Arrays) -> bytes:
    """Bytes of the golden file."""
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    return file.getvalue()
