"""The paper's networks in Keras 3: one for each view, and a two-branch one for the pair.

Source: Colantonio et al., "A Deep Learning Approach for Hepatic Steatosis Estimation from
Ultrasound Imaging", section 2.2. The kernel (3x3) and the dense layer's width (64) are ours.
"""

from collections.abc import Callable, Mapping
from functools import partial

import keras
import numpy as np
from keras import layers

from edge.contract.grading import VIEWS, View
from train.settings import Architecture

SIDE_PX = 360
FILTERS = (8, 16, 32, 64, 128)
STRIDED_FILTERS = (16, 32, 64, 96, 128)
RESIDUAL_STAGES = 3
"""Of the smallest images, where another convolution costs least."""
DENSE_UNITS = 64
NORM_MOMENTUM = 0.9
"""Keras' own 0.99 leaves the moving variance far from that of gray values (about 2,500) for the
first epochs when an epoch has few steps; validation, hence early stopping, is then blind."""

FEATURES = "features"
TAIL = "tail"
HALVE = "halve"


def single_view(
    name: str,
    *,
    architecture: Architecture = "paper",
    momentum: float = NORM_MOMENTUM,
    dtype: str = "float32",
) -> keras.Model:
    """CNN of one view: frames (n, 360, 360, 1), raw gray 0-255, to H-MRS % (n, 1).

    Args:
        name: of the model, "AR" or "HR".
        architecture: see `train.settings.Architecture`.
        momentum: of the input batch normalisation's moving mean and variance.
        dtype: Keras dtype policy of the hidden layers; the output is float32 always.
    """
    frame = keras.Input((SIDE_PX, SIDE_PX, 1), name="frame")
    x = frame
    if architecture != "paper":
        x = layers.AveragePooling2D(2, dtype=dtype, name=HALVE)(x)
    x = layers.BatchNormalization(momentum=momentum, dtype=dtype, name="normalise")(x)
    x = _LAYERS[architecture](x, dtype)
    # Features: paper 15,488, strided and residual 4,608, halved 3,200.
    x = layers.Flatten(dtype=dtype, name=FEATURES)(x)
    x = layers.Dense(DENSE_UNITS, activation="relu", dtype=dtype, name="dense")(x)
    fat = layers.Dense(1, dtype="float32", name="fat_pct")(x)
    return keras.Model(frame, fat, name=name)


def _pooled(x: keras.KerasTensor, dtype: str) -> keras.KerasTensor:
    for number, filters in enumerate(FILTERS, start=1):
        x = _convolved(x, filters, 1, f"conv{number}", dtype)
        x = layers.MaxPooling2D(2, strides=2, dtype=dtype, name=f"pool{number}")(x)
    return x


def _strided(x: keras.KerasTensor, dtype: str, residual: int = 0) -> keras.KerasTensor:
    """`residual`: so many of the last stages have a second convolution, added to the first."""
    for number, filters in enumerate(STRIDED_FILTERS, start=1):
        x = _convolved(x, filters, 2, f"conv{number}", dtype)
        if number > len(STRIDED_FILTERS) - residual:
            deeper = _convolved(x, filters, 1, f"deeper{number}", dtype)
            x = layers.Add(dtype=dtype, name=f"add{number}")([x, deeper])
    return x


def _convolved(
    x: keras.KerasTensor, filters: int, stride: int, name: str, dtype: str
) -> keras.KerasTensor:
    return layers.Conv2D(
        filters, 3, stride, padding="same", activation="relu", dtype=dtype, name=name
    )(x)


_LAYERS: dict[Architecture, Callable[[keras.KerasTensor, str], keras.KerasTensor]] = {
    "paper": _pooled,
    "halved": _pooled,
    "strided": _strided,
    "residual": partial(_strided, residual=RESIDUAL_STAGES),
}


def in_float32(model: keras.Model) -> keras.Model:
    """The same single-view network and weights, computing in float32."""
    plain = single_view(
        model.name,
        architecture=_architecture(model),
        momentum=model.get_layer("normalise").momentum,
    )
    plain.set_weights(model.get_weights())
    return plain


def _architecture(model: keras.Model) -> Architecture:
    names = {layer.name for layer in model.layers}
    if HALVE not in names:
        return "paper"
    if "pool1" in names:
        return "halved"
    return "residual" if "add5" in names else "strided"


def trunk(model: keras.Model) -> keras.Model:
    """A trained single-view model up to its features: frames (n, 360, 360, 1) to (n, features)."""
    features = model.get_layer(FEATURES).output
    return keras.Model(model.input, features, name=f"{model.name}_trunk")


def tail(features: int) -> keras.Model:
    """Dense layers over both views' features, 2 x (n, features), to H-MRS % (n, 1)."""
    ar = keras.Input((features,), name="ar_features")
    hr = keras.Input((features,), name="hr_features")
    sides = [
        layers.Dense(DENSE_UNITS, activation="relu", name=f"dense_{view}")(x)
        for view, x in (("AR", ar), ("HR", hr))
    ]
    fat = layers.Dense(1, name="fat_pct")(layers.Concatenate(name="both")(sides))
    return keras.Model([ar, hr], fat, name=TAIL)


def mean_tail(singles: Mapping[View, keras.Model]) -> keras.Model:
    """The tail that gives the mean of both single-view models' estimates, to be trained from there.

    From random weights it learns from features of subjects whom the frozen trunks know by heart,
    and does worse on others than that mean (docs/decisions/0010).
    """
    top = tail(singles["AR"].get_layer(FEATURES).output.shape[-1])
    last = [singles[view].get_layer("fat_pct").get_weights() for view in VIEWS]
    for view in VIEWS:
        dense = singles[view].get_layer("dense").get_weights()
        top.get_layer(f"dense_{view}").set_weights(dense)
    weights = np.concatenate([kernel for kernel, _ in last]) / 2
    top.get_layer("fat_pct").set_weights([weights, np.mean([bias for _, bias in last], axis=0)])
    return top


def two_branch(ar_trunk: keras.Model, hr_trunk: keras.Model, top: keras.Model) -> keras.Model:
    """Both trunks and their tail as one model: frames of both views to H-MRS % (n, 1).

    The trunks are frozen: their weights are those of the trained single-view models.
    """
    ar_trunk.trainable = False
    hr_trunk.trainable = False
    ar = keras.Input((SIDE_PX, SIDE_PX, 1), name="ar_frame")
    hr = keras.Input((SIDE_PX, SIDE_PX, 1), name="hr_frame")
    fat = top([ar_trunk(ar), hr_trunk(hr)])
    return keras.Model([ar, hr], fat, name="AR_HR")
