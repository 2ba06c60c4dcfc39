"""The paper's networks in Keras 3: one for each view, and a two-branch one for the pair.

Source: Colantonio et al., "A Deep Learning Approach for Hepatic Steatosis Estimation from
Ultrasound Imaging", section 2.2. The kernel (3x3) and the dense layer's width (64) are ours.
"""

from typing import Literal

import keras
from keras import layers

SIDE_PX = 360
FILTERS = (8, 16, 32, 64, 128)
DENSE_UNITS = 64
NORM_MOMENTUM = 0.9
"""Keras' own 0.99 leaves the moving variance far from that of gray values (about 2,500) for the
first epochs when an epoch has few steps; validation, hence early stopping, is then blind."""

Architecture = Literal["paper", "half"]
"""paper: as published, 158 million multiplications a frame. half: the same layers on frames
averaged over 2 x 2 pixels, a quarter of that; the grain that is lost tells little of fat."""

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
        architecture: see `Architecture`.
        momentum: of the input batch normalisation's moving mean and variance.
        dtype: Keras dtype policy of the hidden layers; the output is float32 always.
    """
    frame = keras.Input((SIDE_PX, SIDE_PX, 1), name="frame")
    x = frame
    if architecture == "half":
        x = layers.AveragePooling2D(2, dtype=dtype, name=HALVE)(x)
    x = layers.BatchNormalization(momentum=momentum, dtype=dtype, name="normalise")(x)
    for number, filters in enumerate(FILTERS, start=1):
        x = layers.Conv2D(
            filters, 3, padding="same", activation="relu", dtype=dtype, name=f"conv{number}"
        )(x)
        x = layers.MaxPooling2D(2, strides=2, dtype=dtype, name=f"pool{number}")(x)
    x = layers.Flatten(dtype=dtype, name=FEATURES)(x)  # paper: 15,488; half: 3,200
    x = layers.Dense(DENSE_UNITS, activation="relu", dtype=dtype, name="dense")(x)
    fat = layers.Dense(1, dtype="float32", name="fat_pct")(x)
    return keras.Model(frame, fat, name=name)


def in_float32(model: keras.Model) -> keras.Model:
    """The same single-view network and weights, computing in float32."""
    halved = any(layer.name == HALVE for layer in model.layers)
    plain = single_view(
        model.name,
        architecture="half" if halved else "paper",
        momentum=model.get_layer("normalise").momentum,
    )
    plain.set_weights(model.get_weights())
    return plain


def trunk(model: keras.Model) -> keras.Model:
    """A trained single-view model up to its features: frames (n, 360, 360, 1) to (n, features)."""
    features = model.get_layer(FEATURES).output
    return keras.Model(model.input, features, name=f"{model.name}_trunk")


def tail(features: int) -> keras.Model:
    """Dense layers over both views' features, 2 x (n, features), to H-MRS % (n, 1)."""
    ar = keras.Input((features,), name="ar_features")
    hr = keras.Input((features,), name="hr_features")
    x = layers.Concatenate(name="both")([ar, hr])
    x = layers.Dense(DENSE_UNITS, activation="relu", name="dense")(x)
    fat = layers.Dense(1, name="fat_pct")(x)
    return keras.Model([ar, hr], fat, name=TAIL)


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
