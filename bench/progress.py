"""A bar that tells what is under way, on a terminal; nothing where there is none."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

Told = Callable[[str, int], None]
"""Is told the part that is under way and how far it has come."""


@contextmanager
def progress(console: Console, total: int) -> Iterator[Told]:
    """Show a bar of `total` frames or steps; gives what is to be told the part and how far."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    # Drawn seldom: the bar must not be what is measured.
    with Progress(
        *columns, console=console, disable=not console.is_terminal, refresh_per_second=2
    ) as bar:
        task = bar.add_task("", total=total)

        def told(part: str, frames: int) -> None:
            bar.update(task, description=part, completed=frames)

        yield told
