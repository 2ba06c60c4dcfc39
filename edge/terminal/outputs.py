"""Where the picture goes: a live terminal, plain lines, or JSON."""

from contextlib import AbstractContextManager
from types import TracebackType
from typing import Any, Self, TextIO

import msgspec
from rich.console import Console
from rich.live import Live

from edge.terminal import figures
from edge.terminal.board import Board, Message
from edge.terminal.final import final_table
from edge.terminal.lines import Lines
from edge.terminal.table import render, waiting

REDRAW_S = 0.125
"""Quick enough to follow, slow enough to read."""
