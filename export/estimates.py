"""The same frames through the Keras models and through the ONNX files, as the daemon runs them."""

from collections.abc import Mapping

import keras
import numpy as np
from numpy.typing import NDArray

from edge.contract.grading import PAIR, VIEWS
from edge.contract.variant import ModelName, Precision
from edge.runner_sessions import open_session
from export.parity import Estimates
from export.virtual_frames import Frames, Pairs, of_view

BATCH = 16

Features = NDArray[np.float32]


def keras_estimates(models: Mapping[ModelName, keras.Model], pairs: Pairs) -> Estimates:
    """What the trained models say of each pair of frames, whole networks."""
    ar, hr = pairs.ar_frames, pairs.hr_frames
    return {
        "AR": _keras(models["AR"], [ar]),
        "HR": _keras(models["HR"], [hr]),
        "AR+HR": _keras(models["AR+HR"], [ar, hr]),
    }


def _keras(model: keras.Model, inputs: list[Frames]) -> NDArray[np.float32]:
    """Outputs (n,) for frames (n, side, side) of each of the model's inputs."""
    parts = []
    for start in range(0, len(inputs[0]), BATCH):
        batch = [
            frames[start : start + BATCH, ..., np.newaxis].astype(np.float32) for frames in inputs
        ]
        output = model(batch[0] if len(batch) == 1 else batch, training=False)
        parts.append(keras.ops.convert_to_numpy(output)[:, 0])
    return np.concatenate(parts)


def onnx_estimates(
    files: Mapping[ModelName, bytes], pairs: Pairs, provider: str, precision: Precision
) -> Estimates:
    """Estimates of each pair by a bundle's three files; the pair's from the views' features.

    Raises:
        ProviderError: a network cannot be loaded on the provider.
    """
    found: dict[ModelName, NDArray[np.float32]] = {}
    features: list[Features] = []
    for view in VIEWS:
        found[view], rows = view_outputs(files[view], of_view(pairs, view), provider, precision)
        features.append(rows)
    found[PAIR] = pair_outputs(files[PAIR], features[0], features[1], provider, precision)
    return found


def view_outputs(
    file: bytes, frames: Frames, provider: str = "cpu", precision: Precision = "fp32"
) -> tuple[NDArray[np.float32], Features]:
    """Estimates (n,) and features (n, width) of frames (n, side, side), one at a time."""
    session = open_session(file, provider, precision=precision)
    rows = [
        session.run(["fat_pct", "features"], {"frame": frame[np.newaxis, ..., np.newaxis]})
        for frame in frames
    ]
    return (
        np.array([fat_pct[0, 0] for fat_pct, _ in rows], np.float32),
        np.concatenate([features for _, features in rows]),
    )


def pair_outputs(
    file: bytes,
    ar_features: Features,
    hr_features: Features,
    provider: str = "cpu",
    precision: Precision = "fp32",
) -> NDArray[np.float32]:
    """Estimates (n,) of pairs from both views' features (n, width)."""
    session = open_session(file, provider, precision=precision)
    rows = [
        session.run(["fat_pct"], {"ar_features": ar[np.newaxis], "hr_features": hr[np.newaxis]})
        for ar, hr in zip(ar_features, hr_features, strict=True)
    ]
    return np.array([fat_pct[0, 0] for (fat_pct,) in rows], np.float32)
