"""Progress of a long command: one line for each step, with a bar where its length is known."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn


class Steps:
    """Tells how far a command is; made by `steps`."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress

    @contextmanager
    def step(self, name: str, total: int = 1) -> Iterator[Callable[[], None]]:
        """A step of `total` parts; what it gives is to be called after each."""
        task = self._progress.add_task(name, total=total)
        yield lambda: self._progress.advance(task)
        self._progress.update(task, completed=total)


@contextmanager
def steps(console: Console) -> Iterator[Steps]:
    """Show progress on a console until the end of the block."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        yield Steps(progress)
