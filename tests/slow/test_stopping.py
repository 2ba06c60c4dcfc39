"""Which epoch's weights a training keeps: by early stopping, and as a running mean or not."""

from typing import Any

import numpy as np
import pytest

from train.settings import FitSettings

keras = pytest.importorskip("keras")
from train.fit import fit  # noqa: E402  # needs Keras

pytestmark = [pytest.mark.slow, pytest.mark.timeout(200)]

STEPS = 4


class Points(keras.utils.PyDataset):  # type: ignore[misc,name-defined]  # keras is untyped
    """Points on a line through the origin."""

    frames = 8 * STEPS

    def __init__(self, slope: float) -> None:
        super().__init__()
        self._slope = slope

    def __len__(self) -> int:
        return STEPS

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        x = np.linspace(index, index + 1, 8, dtype=np.float32)[:, np.newaxis]
        return x, self._slope * x


class Steps(keras.callbacks.Callback):  # type: ignore[misc,name-defined]
    """The weight after each step, and each epoch's end as stopping sees it."""

    def __init__(self) -> None:
        super().__init__()
        self.raw: list[float] = []
        self.at_ends: list[float] = []

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        del batch, logs  # Keras names them
        self.raw.append(slope_of(self.model))

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        del epoch, logs
        self.at_ends.append(slope_of(self.model))


def slope_of(model: Any) -> float:
    return float(model.get_weights()[0][0, 0])


def line() -> Any:
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.set_weights([np.zeros((1, 1), np.float32)])
    return model


def trained(true: float, validated: float, **asked: Any) -> tuple[Any, Steps, Any]:
    """A line that learns from one slope and is validated on another: model, steps and history."""
    model, steps = line(), Steps()
    settings = FitSettings(epochs=12, patience=2, **asked)
    history = fit(model, Points(true), Points(validated), settings, [steps], rate=0.05)
    return model, steps, history


def running_mean(weights: list[float], kept: float) -> list[float]:
    means = weights[:1]
    for weight in weights[1:]:
        means.append(kept * means[-1] + (1 - kept) * weight)
    return means


def test_the_running_mean_is_validated_and_kept() -> None:
    model, steps, history = trained(2.0, 1.0, average=0.9)

    means = running_mean(steps.raw, 0.9)[STEPS - 1 :: STEPS]
    best = history.best_epoch - 1
    x = np.concatenate([Points(1.0)[index][0] for index in range(STEPS)])
    losses = [float(np.sqrt(np.mean(((mean - 1.0) * x) ** 2))) for mean in means]
    assert steps.at_ends == pytest.approx(means, abs=1e-5)
    assert history.validation_rmse == pytest.approx(losses, abs=1e-3)
    assert slope_of(model) == pytest.approx(means[best], abs=1e-5)
    assert abs(means[best] - steps.raw[STEPS * (best + 1) - 1]) > 0.1, "which are two things"


def test_without_one_the_weights_are_kept_as_they_are() -> None:
    model, steps, history = trained(2.0, 1.0)

    assert slope_of(model) == steps.raw[STEPS * history.best_epoch - 1]


@pytest.mark.parametrize(
    ("settle", "best", "epochs"), [(0, 1, 3), (4, 5, 7), (11, 12, 12), (40, 12, 12)]
)
@pytest.mark.parametrize("average", [0.0, 0.9])
def test_epochs_before_it_has_settled_are_neither_kept_nor_counted(
    settle: int, best: int, epochs: int, average: float
) -> None:
    model, steps, history = trained(2.0, 0.0, settle=settle, average=average)

    assert history.best_epoch == best
    assert len(history.validation_rmse) == epochs
    assert slope_of(model) == pytest.approx(steps.at_ends[best - 1], abs=1e-5)
