"""Training as it goes: a bar with the time left, and a line for each epoch."""

from collections.abc import Mapping
from typing import Any

import keras
from rich.progress import Progress


class EpochProgress(keras.callbacks.Callback):  # type: ignore[misc]  # keras is untyped
    """Shows one model's training on a rich progress display. RMSE in percentage points."""

    def __init__(self, progress: Progress, model_name: str) -> None:
        super().__init__()
        self._progress = progress
        self._name = model_name
        self._task = progress.add_task(model_name, total=None)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Set the bar's length: what is to be done unless training stops early."""
        del logs
        self._progress.update(self._task, total=self.params["epochs"] * self.params["steps"])

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Move the bar."""
        del batch, logs
        self._progress.advance(self._task)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Say how well the model does by now."""
        self._progress.console.print(epoch_line(self._name, epoch, logs or {}))

    def on_train_end(self, logs: dict[str, Any] | None = None) -> None:
        """Fill the bar: an early stop is an end too."""
        del logs
        self._progress.update(self._task, completed=self._progress.tasks[self._task].total)


def epoch_line(name: str, epoch: int, told: Mapping[str, Any]) -> str:
    """How well a model does after an epoch, counted from nought."""
    return (
        f"{name:5} epoch {epoch + 1:3}  RMSE {told['loss'] ** 0.5:6.2f} in training, "
        f"{told['val_loss'] ** 0.5:6.2f} on validation subjects"
    )
