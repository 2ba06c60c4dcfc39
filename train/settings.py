"""What a training run can be told, with the paper's values as defaults where it gives one."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from train.augment import LIGHT, Augmentation

Share = Annotated[float, Meta(gt=0, lt=0.5)]
Architecture = Literal["paper", "halved", "strided", "residual"]
"""paper: as published, 158 million multiplications a frame. halved: the same layers on frames
averaged over 2 x 2 pixels, a quarter of that. strided: on such frames too, convolutions that take
every second pixel instead of pooling: a fifth, with twice the filters in front. residual: strided,
and in the last three stages a second convolution whose output is added to the first one's."""
Schedule = Literal["constant", "cosine"]
"""Of Adam's learning rate; the paper names none. cosine falls to a hundredth over all epochs."""
Precision = Literal["float32", "mixed_bfloat16"]
"""Of the hidden layers while training; what is kept computes in float32."""


class FitSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Source of epochs, batch, patience: the paper, section 2.3. Adam and MSE are not settings."""

    epochs: Annotated[int, Meta(ge=1)] = 30
    """At most; early stopping ends a run before."""
    batch: Annotated[int, Meta(ge=1)] = 50
    patience: Annotated[int, Meta(ge=1)] = 5
    """Epochs without a better validation loss before training stops."""
    settle: Annotated[int, Meta(ge=0)] = 0
    """Epochs at first that early stopping does not look at."""
    average: Annotated[float, Meta(ge=0, lt=1)] = 0.0
    """Of the weights: how much of their running mean is left after a step; 0.99 is one over some
    100 steps. The mean is what is validated and kept. 0: the weights as they are."""
    seed: Annotated[int, Meta(ge=0)] = 0
    validation: Share = 0.15
    """Share of subjects that early stopping looks at."""
    test: Share = 0.15
    """Share of subjects that only the final figures look at."""
    augmentation: Augmentation = LIGHT
    architecture: Architecture = "paper"
    schedule: Schedule = "constant"
    momentum: Annotated[float, Meta(gt=0, lt=1)] = 0.9
    """Of the input batch normalisation; 0.9 suits few steps an epoch, the paper's had 268."""
    dim: Annotated[float, Meta(ge=0, le=1)] = 0.0
    """Share of AR frames dimmed and labelled anew (`train.dimming`); the paper does no such thing.
    Not in HR, where the kidney lies beyond the liver."""
    precision: Precision = "float32"
