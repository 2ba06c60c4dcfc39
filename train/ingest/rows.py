"""Rows of a manifest, typed, and what is wrong with them before any image is opened."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edge.contract.grading import View
from train.ingest import cells
from train.ingest.problem import HEADING, Problem
from train.ingest.table import Cells, Table

COLUMNS: dict[str, Callable[[str], Any]] = {
    "subject": cells.name,
    "view": cells.view,
    "path": cells.path,
    "hmrs_pct": cells.percent,
    "first_frame": cells.frame,
    "last_frame": cells.frame,
    "clip": cells.name,
    "spacing_mm": cells.spacing,
}
"""Every column that a manifest may have, with what reads its cells."""

LABELLING = ("subject", "view", "hmrs_pct")
"""Columns that say whose image it is; files that know that themselves leave them empty."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row; a field is None where its cell is empty, missing or bad."""

    number: int
    path: Path
    subject: str | None = None
    view: View | None = None
    hmrs_pct: float | None = None
    first_frame: int = 0
    last_frame: int | None = None
    """Inclusive; None: to the end."""
    clip: str | None = None
    spacing_mm: float | None = None
    cells: Cells = field(default_factory=dict)
    bad: frozenset[str] = frozenset()
    """Fields that were refused already, so that none is refused twice."""

    def problem(self, column: str, reason: str, remedy: str) -> Problem:
        """Something wrong with a field of this row."""
        return Problem(self.number, column, self.cells.get(column, ""), reason, remedy)


def parse_rows(table: Table, folder: Path) -> tuple[list[Row], list[Problem]]:
    """Type every row; paths are relative to `folder`. A row with a bad cell is checked on.

    Rows without a path are left out; columns that are not known or doubled are problems.
    """
    problems = [*_heading(table), *table.problems]
    rows: list[Row] = []
    if "path" not in table.columns:
        return rows, problems
    if not table.rows and not problems:
        remedy = "list one image, clip or folder a row"
        problems.append(Problem(HEADING, "file", "", "holds no row", remedy))
    for number, texts in table.rows.items():
        values, refused = _values(number, texts)
        problems.extend(refused)
        if path := values.pop("path", None):
            bad = frozenset(problem.field for problem in refused)
            rows.append(
                Row(number=number, path=folder / path, cells=texts, bad=bad, **_in_order(values))
            )
    return rows, problems


def missing_columns(table: Table) -> list[str]:
    """Labelling columns that the heading lacks."""
    return [name for name in LABELLING if name not in table.columns]


def conflicts(rows: Sequence[Row]) -> list[Problem]:
    """Subjects with two different H-MRS values, at each row that differs from the first."""
    first: dict[str, Row] = {}
    found = []
    for row in rows:
        if row.subject is None or row.hmrs_pct is None:
            continue
        known = first.setdefault(row.subject, row)
        if known.hmrs_pct != row.hmrs_pct:
            reason = f"subject {row.subject!r} has {known.hmrs_pct:g} in row {known.number}"
            found.append(
                row.problem("hmrs_pct", reason, "give a subject the same value everywhere")
            )
    return found


def overlaps(rows: Sequence[Row]) -> list[Problem]:
    """Frames of one file that two rows list: a leak where their subjects differ."""
    by_file: dict[object, list[Row]] = {}
    for row in rows:
        try:
            stat = row.path.stat()
        except OSError:
            continue  # opening it says so
        by_file.setdefault((stat.st_dev, stat.st_ino), []).append(row)  # a link is its file
    return [problem for mine in by_file.values() for problem in _overlaps_within(mine)]


def _overlaps_within(rows: list[Row]) -> list[Problem]:
    """Go through one file's rows by first frame, beside the one that reaches furthest so far."""
    in_order = sorted(rows, key=lambda row: (row.first_frame, row.number))
    furthest = in_order[0]
    found = []
    for row in in_order[1:]:
        if furthest.last_frame is None or row.first_frame <= furthest.last_frame:
            found.append(_overlap(furthest, row))
        if furthest.last_frame is not None and (
            row.last_frame is None or row.last_frame > furthest.last_frame
        ):
            furthest = row
    return found


def _overlap(one: Row, other: Row) -> Problem:
    earlier, later = sorted((one, other), key=lambda row: row.number)
    reason = f"frames of this file, from {other.first_frame} on, are in row {earlier.number} too"
    if earlier.subject != later.subject:
        reason += ", for another subject: a picture with two labels, seen in training and in test"
    return later.problem(
        "path", reason, "list each frame once; part a clip by first_frame, last_frame"
    )


def _heading(table: Table) -> list[Problem]:
    known = ", ".join(COLUMNS)
    unknown = [name for name in table.columns if name not in COLUMNS]
    doubled = {name for name in table.columns if table.columns.count(name) > 1}
    found = [
        Problem(HEADING, "column", name, "not a column of a manifest", f"known are {known}")
        for name in unknown
    ]
    found += [
        Problem(HEADING, "column", name, "there twice", "keep one") for name in sorted(doubled)
    ]
    if "path" not in table.columns:
        remedy = f"the first line names the columns, parted by commas: {known}"
        found.append(Problem(HEADING, "column", "path", "missing", remedy))
    return found


def _values(number: int, texts: Cells) -> tuple[dict[str, Any], list[Problem]]:
    values: dict[str, Any] = {}
    problems = []
    for column, parse in COLUMNS.items():
        text = texts.get(column, "")
        if not text:
            continue
        try:
            values[column] = parse(text)
        except cells.CellError as error:
            problems.append(Problem(number, column, text, str(error), error.remedy))
    if not texts["path"]:
        problems.append(Problem(number, "path", "", "empty", "name a file or a folder"))
    first, last = values.get("first_frame", 0), values.get("last_frame")
    if last is not None and last < first:
        reason = f"before the first frame, {first}"
        problems.append(Problem(number, "last_frame", str(last), reason, "exchange the two"))
    return values, problems


def _in_order(values: dict[str, Any]) -> dict[str, Any]:
    """The values without a frame range that runs backwards."""
    last = values.get("last_frame")
    if last is not None and last < values.get("first_frame", 0):
        return {name: value for name, value in values.items() if not name.endswith("_frame")}
    return values
