"""Batches for Keras: frames as uint8 from disk to network, and the two-branch tail's features."""

import math
from typing import Any, NamedTuple

import keras
import numpy as np
from numpy.typing import NDArray

from train.augment import NONE, Augmentation, augment
from train.cohort import ViewFrames
from train.dimming import dimmed
from train.pairs import Indices, Pairs, pair_frames

Batch = tuple[Any, Any]

FED: dict[str, Any] = {"workers": 2, "use_multiprocessing": False, "max_queue_size": 4}
"""Batches come in order, made by two threads. With one, Keras leaves that to tf.data and its
autotuner, whose loop sleeps for 10 ms, then twice that, and so on, and is waited for at the end of
an epoch: every second or third epoch took up to twice as long (Keras 3.15, TensorFlow 2.21)."""


class Dimming(NamedTuple):
    """Of which share of the frames are dimmed as by more fat, and how large a pixel is."""

    share: float
    mm_per_px: float


class FrameBatches(keras.utils.PyDataset):  # type: ignore[misc]  # keras is untyped
    """Batches of (frames (n, side, side, 1) uint8, H-MRS % (n, 1) float32).

    With a seed they are shuffled, dimmed and augmented anew each epoch, the same for the same seed.
    """

    def __init__(
        self,
        frames: ViewFrames,
        batch: int,
        *,
        seed: int | None = None,
        augmentation: Augmentation = NONE,
        dimming: Dimming | None = None,
    ) -> None:
        super().__init__(**FED)
        self._frames = frames
        self._batch = batch
        self._seed = seed
        self._augmentation = augmentation
        self._dimming = dimming
        self._epoch = 0
        self._order = self._shuffled()

    @property
    def frames(self) -> int:
        """Frames in an epoch."""
        return len(self._frames)

    def __len__(self) -> int:
        return math.ceil(len(self._frames) / self._batch)

    def __getitem__(self, index: int) -> Batch:
        chosen = self._order[index * self._batch : (index + 1) * self._batch]
        # sorted, so that the disk is read forwards; the order within a batch means nothing
        chosen = np.sort(chosen)
        pixels = self._frames.pixels[self._frames.rows[chosen]]
        fat_pct = self._frames.hmrs_pct[chosen]
        if self._seed is not None:
            drawn = [self._seed, self._epoch, index]
            if self._dimming is not None:
                rng = np.random.default_rng([*drawn, 1])
                pixels, fat_pct = dimmed(pixels, fat_pct, *self._dimming, rng)
            pixels = augment(pixels, self._augmentation, np.random.default_rng(drawn))
        return pixels[..., np.newaxis], fat_pct[:, np.newaxis]

    def on_epoch_end(self) -> None:
        """Shuffle for the next epoch."""
        self._epoch += 1
        self._order = self._shuffled()

    def _shuffled(self) -> Indices:
        order = np.arange(len(self._frames))
        if self._seed is None:
            return order
        return np.random.default_rng([self._seed, self._epoch]).permutation(order)


class FeatureBatches(keras.utils.PyDataset):  # type: ignore[misc]  # keras is untyped
    """Batches of ((AR features, HR features), H-MRS %), each (n, …) float32.

    With a seed, pairs are drawn and shuffled anew each epoch, the same for the same seed.
    """

    def __init__(
        self,
        frames: tuple[ViewFrames, ViewFrames],
        features: tuple[NDArray[np.float32], NDArray[np.float32]],
        batch: int,
        seed: int | None = None,
    ) -> None:
        super().__init__(**FED)
        self._views = frames
        self._features = features
        self._batch = batch
        self._seed = seed
        self._epoch = 0
        self._pairs, self._order = self._drawn()

    @property
    def frames(self) -> int:
        """Pairs in an epoch."""
        return len(self._pairs)

    def __len__(self) -> int:
        return math.ceil(len(self._pairs) / self._batch)

    def __getitem__(self, index: int) -> Batch:
        chosen = self._order[index * self._batch : (index + 1) * self._batch]
        ar, hr = self._features
        inputs = ar[self._pairs.ar[chosen]], hr[self._pairs.hr[chosen]]
        return inputs, self._pairs.hmrs_pct[chosen, np.newaxis]

    def on_epoch_end(self) -> None:
        """Draw other pairs for the next epoch."""
        self._epoch += 1
        self._pairs, self._order = self._drawn()

    def _drawn(self) -> tuple[Pairs, Indices]:
        if self._seed is None:
            pairs = pair_frames(*self._views)
            return pairs, np.arange(len(pairs))
        rng = np.random.default_rng([self._seed, self._epoch])
        pairs = pair_frames(*self._views, rng)
        return pairs, rng.permutation(len(pairs))
