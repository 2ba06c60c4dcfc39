"""Training of a Keras model on batches: Adam, MSE, early stopping on unseen subjects."""

import time

import keras
import numpy as np

from train.batches import FeatureBatches, FrameBatches
from train.ready import LEARNING_RATE, ready
from train.record import History
from train.settings import FitSettings

Batches = FrameBatches | FeatureBatches


def fit(
    model: keras.Model,
    training: Batches,
    validation: Batches,
    settings: FitSettings,
    callbacks: list[keras.callbacks.Callback],
    rate: float = LEARNING_RATE,
) -> History:
    """Train a model in place, at a learning rate, and leave it with its best epoch's weights.

    Their running mean, where the settings ask for one; validation is of that, too.
    """
    settle = min(settings.settle, settings.epochs - 1)
    stop = keras.callbacks.EarlyStopping(
        patience=settings.patience, restore_best_weights=True, start_from_epoch=settle
    )
    averaged = [keras.callbacks.SwapEMAWeights(swap_on_epoch=True)] if settings.average else []
    start = time.monotonic()
    falling = settings.schedule == "cosine"
    told = (
        ready(model, settings.epochs * len(training) if falling else None, rate, settings.average)
        .fit(
            training,
            validation_data=validation,
            epochs=settings.epochs,
            shuffle=False,  # the batches shuffle themselves, by seed
            verbose=0,
            callbacks=[*averaged, stop, *callbacks],  # what stop keeps is the mean
        )
        .history
    )
    seconds = time.monotonic() - start
    return History(
        best_epoch=settle + int(np.argmin(told["val_loss"][settle:])) + 1,
        training_rmse=_rounded_roots(told["loss"]),
        validation_rmse=_rounded_roots(told["val_loss"]),
        seconds=round(seconds, 1),
        frames_per_s=round(len(told["loss"]) * training.frames / seconds, 1),
    )


def _rounded_roots(losses: list[float]) -> list[float]:
    return [round(float(np.sqrt(loss)), 4) for loss in losses]
