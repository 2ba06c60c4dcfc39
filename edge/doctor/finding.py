"""What one check found, in words, and how to mend it."""

from collections.abc import Iterable
from typing import Literal

import msgspec

Level = Literal["ok", "warn", "fail"]

EXIT: dict[Level, int] = {"ok": 0, "warn": 1, "fail": 2}
"""Exit code for the worst level found."""


class Finding(msgspec.Struct, frozen=True):
    """`level`: "warn" is worth a look, with "fail" the daemon would not run, or not rightly.

    `check`: what was looked at. `words`: what was found. `remedy`: what to do; "" where all is ok.
    """

    check: str
    level: Level
    words: str
    remedy: str = ""


def worst(findings: Iterable[Finding]) -> Level:
    """The worst level of some findings."""
    return max((finding.level for finding in findings), key=EXIT.__getitem__, default="ok")


def split(check: str, level: Level, error: Exception) -> Finding:
    """A finding of an error whose text gives the remedy after its first semicolon."""
    words, _, remedy = str(error).partition("; ")
    return Finding(check, level, words, remedy)
