"""Kinds of command-line arguments, checked where they are read."""

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any


def at_least(lowest: int) -> Callable[[str], int]:
    """Whole number not below `lowest`."""

    def number(text: str) -> int:
        try:
            value = int(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from error
        if value < lowest:
            raise argparse.ArgumentTypeError(f"{value} is below {lowest}")
        return value

    return number


def share(text: str) -> float:
    """Part of the subjects, or of the frames: above 0, below 0.5."""
    value = _number(text)
    if not 0 < value < 0.5:
        raise argparse.ArgumentTypeError(f"{value} is not above 0 and below 0.5")
    return value


def share_kept(text: str) -> float:
    """Part of something that is left after a step: 0 to below 1."""
    value = _number(text)
    if not 0 <= value < 1:
        raise argparse.ArgumentTypeError(f"{value} is not 0 to below 1")
    return value


def scale_mm(text: str) -> float:
    """Scale of a window: 0.05 to 5 mm per pixel, so 18 mm to 1.8 m for 360 px."""
    value = _number(text)
    if not 0.05 <= value <= 5:
        raise argparse.ArgumentTypeError(f"{value} is not 0.05 to 5 mm per pixel")
    return value


def add_out(parser: Any, what: str) -> None:
    """Describe --out: the folder that a command makes."""
    parser.add_argument("--out", type=Path, required=True, default=argparse.SUPPRESS, help=what)


def add_workers(parser: Any, what: str) -> None:
    """Describe --workers: as many as there are cores, unless told."""
    parser.add_argument("--workers", type=at_least(1), default=os.cpu_count() or 1, help=what)


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from error
