"""Two bars with the time left: one for the whole study, one for the stage at hand."""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn


class Bars:
    """Progress of a study. Costs are in seconds of one core, roughly: only their ratios count."""

    def __init__(self, progress: Progress) -> None:
        self.progress = progress
        self._whole = progress.add_task("study", total=None)
        self._expected = 0.0
        self._done = 0.0

    def expect(self, cost: float) -> None:
        """Add to what is to be done."""
        self._expected += cost
        self.progress.update(self._whole, total=self._expected)

    @contextmanager
    def stage(self, name: str, steps: int, cost: float) -> Iterator["Stage"]:
        """A stage of so many steps; when it ends, early or not, its whole cost is done with."""
        stage = Stage(self, name, steps, cost)
        yield stage
        self.progress.update(stage.task, visible=False)
        self._done += cost
        self.progress.update(self._whole, completed=self._done)

    def skip(self, cost: float) -> None:
        """A stage that an earlier run has done."""
        self._done += cost
        self.progress.update(self._whole, completed=self._done)

    def advance(self, cost: float) -> None:
        """Move the whole within a stage."""
        self.progress.advance(self._whole, cost)


class Stage:
    """The bar of one stage."""

    def __init__(self, bars: Bars, name: str, steps: int, cost: float) -> None:
        self._bars = bars
        self._each = cost / max(steps, 1)
        self.task = bars.progress.add_task(name, total=steps)

    def advance(self, steps: int = 1) -> None:
        """Move the stage's bar, and the whole's with it."""
        self._bars.progress.advance(self.task, steps)
        self._bars.advance(steps * self._each)


def progress_on(console: Console) -> Progress:
    """Display for both bars; the time left is judged by the last ten minutes, not seconds."""
    columns = (TextColumn("{task.description:12}"), BarColumn(), TimeElapsedColumn())
    return Progress(
        *columns,
        TextColumn("left:"),
        TimeRemainingColumn(),
        console=console,
        speed_estimate_period=600,
    )
