"""The view network's training as it goes."""

from typing import Any

import keras
from rich.progress import Progress


class ViewProgress(keras.callbacks.Callback):  # type: ignore[misc]  # keras is untyped
    """Shows it on a rich progress display: a bar, and a line for each epoch."""

    def __init__(self, progress: Progress) -> None:
        super().__init__()
        self._progress = progress
        self._task = progress.add_task("view network", total=None)

    def on_train_begin(self, logs: dict[str, Any] | None = None) -> None:
        """Set the bar's length."""
        del logs
        self._progress.update(self._task, total=self.params["epochs"] * self.params["steps"])

    def on_train_batch_end(self, batch: int, logs: dict[str, Any] | None = None) -> None:
        """Move the bar."""
        del batch, logs
        self._progress.advance(self._task)

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Say how well it does by now."""
        loss = (logs or {})["loss"]
        self._progress.console.print(f"view network epoch {epoch + 1:3}  cross-entropy {loss:.3f}")
