"""What is wrong in a manifest, all of it at once."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

HEADING = 0
"""Row of a problem of the heading or of the file as a whole."""


class Problem(NamedTuple):
    """One thing to mend, and how."""

    row: int
    field: str
    value: str
    reason: str
    remedy: str

    def __str__(self) -> str:
        place = f"row {self.row}" if self.row != HEADING else "heading"
        return f"{place}, {self.field} {self.value!r}: {self.reason}; {self.remedy}"


class ManifestError(ValueError):
    """A manifest that cannot be ingested; its text has a line for every problem, by row."""

    def __init__(self, manifest: Path, problems: Sequence[Problem]) -> None:
        self.problems = sorted(problems, key=lambda problem: problem.row)
        count = f"{len(problems)} problem{'s' if len(problems) != 1 else ''}"
        lines = [f"{manifest}: {count}; row 1 is the line after the heading; nothing was written"]
        super().__init__("\n".join([*lines, *map(str, self.problems)]))
