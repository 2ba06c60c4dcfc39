"""The heads in a run's folder: `heads.npz` with the weights, `heads.json` with all else."""

import io
from pathlib import Path
from typing import Any

import keras
import msgspec
import numpy as np
from numpy.typing import NDArray

from edge.contract.grading import VIEWS, View
from edge.contract.heads import Heads
from train.atomic import write_whole
from train.heads.domain import DomainHead
from train.heads.network import FILTERS

WEIGHTS_NAME = "heads.npz"
RECORD_NAME = "heads.json"


class ViewFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Of the frames of one view: shares of 1."""

    frames: int
    right: float
    wrong: float
    abstained: float
    near: float
    """Near the domain's edge, by the network of this view."""
    out: float
    """Or near it, while the view is told as neither."""


class Checked(msgspec.Struct, frozen=True, kw_only=True):
    """Figures on a cohort whose subjects nothing was fitted on."""

    measured_on: str
    views: dict[View, ViewFigures]


class HeadsRecord(msgspec.Struct, frozen=True, kw_only=True):
    """All of `heads.json`."""

    heads: Heads
    held_out: dict[View, ViewFigures]
    """On the subjects that the limits were chosen on."""
    outliers: dict[str, float]
    """Share of each kind of held-out outlier that is not told as a view or is out of its domain;
    of AR and HR the lower share."""
    checked: list[Checked] = []


def write_heads(
    run: Path, network: keras.Model, domains: dict[View, DomainHead], record: HeadsRecord
) -> Path:
    """Leave both files beside the models; the record comes last."""
    file = io.BytesIO()
    np.savez_compressed(file, allow_pickle=False, **_arrays(network, domains))
    write_whole(run / WEIGHTS_NAME, file.getvalue())
    path = run / RECORD_NAME
    write_whole(path, msgspec.json.format(msgspec.json.encode(record)) + b"\n")
    return path


def _arrays(network: keras.Model, domains: dict[View, DomainHead]) -> dict[str, NDArray[Any]]:
    """Weights by name: the network's kernels as Keras has them, then each view's domain head."""
    found: dict[str, NDArray[Any]] = {}
    for name in (*(f"conv{number}" for number in range(1, len(FILTERS) + 1)), "logit"):
        kernel, bias = network.get_layer(name).get_weights()
        found[f"view.{name}.kernel"], found[f"view.{name}.bias"] = kernel, bias
    rescale = network.get_layer("rescale")
    found["view.scale"] = np.asarray(rescale.scale, np.float32)
    found["view.offset"] = np.asarray(rescale.offset, np.float32)
    for view in VIEWS:
        for field, value in vars(domains[view]).items():
            found[f"{view}.{field}"] = np.asarray(value, np.float32)
    return found
