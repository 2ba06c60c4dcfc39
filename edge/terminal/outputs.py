"""Where the picture goes: a live terminal, plain lines, or JSON."""

import sys
from collections.abc import Iterator
from types import TracebackType
from typing import Self

import msgspec
from rich.console import Console
from rich.live import Live
from rich.text import Text

from edge.contract.messages import Reading
from edge.terminal.board import Board, Message
from edge.terminal.final import final_notes, final_table
from edge.terminal.lines import Lines
from edge.terminal.table import render

REDRAW_S = 0.125
"""Quick enough to follow, slow enough to read."""


class Output:
    """Shows what a viewer received; this one shows nothing. Times are the board's."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the terminal back."""

    def message(self, topic: str, message: Message) -> None:
        """A message has come."""

    def show(self, board: Board, now_s: float) -> None:
        """The board as it is at `now_s`; called often, drawn when it is due."""

    def last(self, board: Board, now_s: float) -> None:
        """The board at the end; drawn at once."""


class Picture(Output):
    """The live table, redrawn in place."""

    def __init__(self, console: Console, source: str, true_pct: float | None = None) -> None:
        """`source`: where the estimates come from; `true_pct`: as in `final_table`."""
        self._source = source
        self._true_pct = true_pct
        self._due_s = float("-inf")
        self._live = Live(
            console=console, auto_refresh=False, redirect_stdout=False, redirect_stderr=False
        )

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def close(self) -> None:
        """Leave the last picture standing."""
        self._live.stop()

    def show(self, board: Board, now_s: float) -> None:
        """Redraw, at most eight times a second."""
        if now_s >= self._due_s:
            self.last(board, now_s)

    def last(self, board: Board, now_s: float) -> None:
        """Redraw at once."""
        self._due_s = now_s + REDRAW_S
        self._live.update(render(board, self._source, now_s, self._true_pct), refresh=True)


class Plain(Output):
    """Lines for a pipe or a log, and each final reading as a table; no control codes."""

    def __init__(self, console: Console, source: str, true_pct: float | None = None) -> None:
        """As for `Picture`."""
        self._console = console
        self._true_pct = true_pct
        self._lines = Lines(source)
        self._finals: dict[str, tuple[int, int]] = {}

    def show(self, board: Board, now_s: float) -> None:
        """Print what is due and was not yet said; a final reading at once."""
        finals = list(self._new_finals(board))
        self._print(board, now_s, finals, at_once=bool(finals))

    def last(self, board: Board, now_s: float) -> None:
        """Print all that was not yet said."""
        self._print(board, now_s, list(self._new_finals(board)), at_once=True)

    def _print(self, board: Board, now_s: float, finals: list[Reading], *, at_once: bool) -> None:
        for line in self._lines.new(board, now_s, at_once=at_once):
            self._console.print(Text(line), soft_wrap=True)
        for reading in finals:
            self._console.print(final_table(reading, self._true_pct))
            for note in final_notes(reading):
                self._console.print(Text(note), soft_wrap=True)

    def _new_finals(self, board: Board) -> Iterator[Reading]:
        for name, scanner in board.scanners.items():
            final = scanner.final()
            if final and self._finals.get(name) != (final.pub_epoch, final.pub_seq):
                self._finals[name] = (final.pub_epoch, final.pub_seq)
                yield final


class Json(Output):
    """One JSON line a message: the wire's fields, and its topic."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def message(self, topic: str, message: Message) -> None:
        """Print the message."""
        fields = {"topic": topic, **msgspec.structs.asdict(message)}
        self._console.out(msgspec.json.encode(fields).decode(), highlight=False)


def standard_output() -> Console:
    """Standard output; in colour and redrawn in place only on a real terminal."""
    # Not left to rich: an environment variable can make it write control codes into a pipe.
    return Console(force_terminal=sys.stdout.isatty(), markup=False, highlight=False, emoji=False)


def for_people(console: Console, source: str, true_pct: float | None = None) -> Output:
    """The live table where the terminal can show one, else lines."""
    kind = Picture if console.is_terminal and not console.is_dumb_terminal else Plain
    return kind(console, source, true_pct)
