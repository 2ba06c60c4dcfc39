"""A tiny network that tells AR, HR and neither, on the window averaged over 4 x 4 pixels.

7 million multiplications a frame, a fifth of those of the smallest fat network.
"""

import math
from collections.abc import Iterable

import cv2
import keras
import msgspec
import numpy as np
from keras import layers
from numpy.typing import NDArray

from edge.contract.grading import VIEWS
from train.augment import SCANNER, augment, for_view
from train.ready import ready

CLASSES = (*VIEWS, "neither")
FINE_PX = 4
"""Pixels of the window, each way, to one of the network's."""
SIDE_PX = 90
FILTERS = (16, 32, 48, 64)
DROPPED = 0.3
BATCH = 64

VARIED = msgspec.structs.replace(
    SCANNER, shift_px=8, scale=0.25, noise_gray=4.0, blur_px=0.8, overlay=False
)
"""As the fat networks' own, in the small window's pixels; but far more of place and scale: which
view it is does not depend on them, and real fans are cut off where no virtual one is."""

OUTLIER_SHARE = 0.01
"""Of the frames that are shown in use, about. While training every third is one, so that its odds
must be set back: a liver taken for none is refused, while the domain tells other pictures too."""

Small = NDArray[np.uint8]
Labels = NDArray[np.int64]


def shrink(windows: Iterable[NDArray[np.uint8]]) -> Small:
    """Windows, each (360, 360), averaged over 4 x 4 pixels: (n, 90, 90)."""
    size = (SIDE_PX, SIDE_PX)
    return np.stack(
        [np.asarray(cv2.resize(one, size, interpolation=cv2.INTER_AREA)) for one in windows]
    ).astype(np.uint8)


def view_network() -> keras.Model:
    """Small frames (n, 90, 90, 1), gray 0-255, to logits (n, 3) of `CLASSES`."""
    frame = keras.Input((SIDE_PX, SIDE_PX, 1), name="frame")
    x = layers.Rescaling(1 / 64, offset=-1, name="rescale")(frame)
    for number, filters in enumerate(FILTERS, start=1):
        x = layers.Conv2D(filters, 3, 2, padding="same", activation="relu", name=f"conv{number}")(x)
    x = layers.Flatten(name="flat")(x)
    x = layers.Dropout(DROPPED, seed=0, name="dropped")(x)
    return keras.Model(frame, layers.Dense(len(CLASSES), name="logit")(x), name="VIEW")


class SmallBatches(keras.utils.PyDataset):  # type: ignore[misc]  # keras is untyped
    """Batches of (small frames (n, 90, 90, 1), class numbers (n,)), augmented anew each epoch.

    Classes come equally often, whatever their numbers.
    """

    def __init__(self, frames: Small, labels: Labels, seed: int) -> None:
        super().__init__(workers=1, use_multiprocessing=False, max_queue_size=4)
        self._frames, self._labels, self._seed = frames, labels, seed
        self._epoch = 0

    def __len__(self) -> int:
        return math.ceil(len(self._labels) / BATCH)

    def __getitem__(self, index: int) -> tuple[Small, Labels]:
        rng = np.random.default_rng([self._seed, self._epoch, index])
        wanted = rng.integers(0, len(CLASSES), BATCH)
        chosen = np.array(
            [rng.choice(np.flatnonzero(self._labels == number)) for number in wanted], np.int64
        )
        frames = [self._augmented(number, rng) for number in chosen]
        return np.stack(frames)[..., np.newaxis], self._labels[chosen]

    def on_epoch_end(self) -> None:
        """Go on to other draws."""
        self._epoch += 1

    def _augmented(self, number: int, rng: np.random.Generator) -> Small:
        name = CLASSES[int(self._labels[number])]
        limits = for_view(VARIED, "HR") if name == "HR" else VARIED
        return np.asarray(augment(self._frames[number : number + 1], limits, rng)[0])


def fit_view_network(
    frames: Small, labels: Labels, *, epochs: int, seed: int, watcher: keras.callbacks.Callback
) -> keras.Model:
    """Train on small frames (n, 90, 90) with class numbers (n,); the weights of the last epoch."""
    keras.utils.set_random_seed(seed)
    batches = SmallBatches(frames, labels, seed)
    model = ready(view_network(), epochs * len(batches))
    model.compile(
        optimizer=model.optimizer,
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=model.jit_compile,
    )
    model.fit(batches, epochs=epochs, verbose=0, callbacks=[watcher])
    expect_outliers(model, OUTLIER_SHARE)
    return model


def expect_outliers(model: keras.Model, share: float) -> None:
    """Shift the logit of "neither" from one in three to `share` of what the network will see.

    By the ratio of the odds: Saerens, Latinne and Decaestecker 2002, Neural Computation 14.
    """
    layer = model.get_layer("logit")
    kernel, bias = layer.get_weights()
    learned = 1 / len(CLASSES)
    bias[CLASSES.index("neither")] += np.log(share / (1 - share) / (learned / (1 - learned)))
    layer.set_weights([kernel, bias])
