"""One turn of a viewer: a message, if one comes, onto the board, and the board onto the screen."""

import time

from edge.contract.codec import RefusedError
from edge.terminal.board import Board, Message
from edge.terminal.listener import Listener
from edge.terminal.outputs import Output

WAIT_MS = 50


class Viewer:
    """Joins a listener, a board and an output."""

    def __init__(self, listener: Listener, output: Output) -> None:
        self._listener = listener
        self._output = output
        self._board = Board()

    def turn(self) -> Message | None:
        """Wait a moment for a message, show how things are, and give the message."""
        received = self._receive()
        now_s = time.monotonic()
        if received is not None:
            self._board.update(*received, now_s)
            self._output.message(*received)
        self._output.show(self._board, now_s)
        return received[1] if received else None

    def end(self) -> None:
        """Show how things are in the end."""
        self._output.last(self._board, time.monotonic())

    def _receive(self) -> tuple[str, Message] | None:
        try:
            return self._listener.receive(WAIT_MS, time.monotonic())
        except RefusedError:
            self._board.refused += 1
            return None
