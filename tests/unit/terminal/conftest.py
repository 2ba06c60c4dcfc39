"""A console that writes into memory."""

import io
from collections.abc import Callable

import pytest
from rich.console import Console, RenderableType

Draw = Callable[[RenderableType], str]


@pytest.fixture
def draw() -> Draw:
    """What a terminal of 80 columns without colours shows of something."""

    def _draw(renderable: RenderableType, width: int = 80) -> str:
        file = io.StringIO()
        console = Console(file=file, width=width, markup=False, highlight=False, emoji=False)
        console.print(renderable)
        return file.getvalue()

    return _draw
