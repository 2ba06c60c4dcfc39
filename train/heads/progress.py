"""The view network's training as it goes."""

from typing import Any

from rich.progress import Progress

from train.progress import EpochProgress


class ViewProgress(EpochProgress):
    """Shows it on a rich progress display: a bar, and a line for each epoch."""

    def __init__(self, progress: Progress) -> None:
        super().__init__(progress, "view network")

    def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
        """Say how well it does by now."""
        loss = (logs or {})["loss"]
        self._progress.console.print(f"{self._name} epoch {epoch + 1:3}  cross-entropy {loss:.3f}")
