"""The sheet of `python -m edge read COHORT --estimates`, matched to the cohort's subjects."""

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec

from edge.contract.messages import ModelInfo
from train.cohort import Cohort

HOW = "make it with `python -m edge read COHORT --estimates --out FILE` (JSON lines or csv)"


class SheetError(ValueError):
    """A sheet that is not one, or not of this cohort; names the file, the line and the remedy."""


class SheetRow(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of a row: one frame's estimate of one view. Percentages are H-MRS %."""

    source: str
    view: Literal["AR", "HR", "AR+HR"]
    seq: int
    fat_pct: float | None
    """None: the frame was not read."""
    reason: str | None
    interval_pct: tuple[float, float] | None
    """The subject's, as far as it had been read; its last is the one that a viewer is left with."""
    model: ModelInfo


class Sheet(NamedTuple):
    """Rows of each subject's number, in the order in which they were read; one model read all."""

    rows: dict[int, list[SheetRow]]
    model: ModelInfo


def read_sheet(path: Path, cohort: Cohort) -> Sheet:
    """Read a sheet, JSON lines or CSV, and check that it holds all of the cohort's frames.

    Raises:
        SheetError: it cannot be read, is another cohort's, lacks frames or is of several models.
    """
    rows: dict[int, list[SheetRow]] = {}
    models: list[ModelInfo] = []
    for line, row in _parsed(path):
        folder, _, number = row.source.rpartition("#")
        if not (number.isdecimal() and Path(folder).resolve() == cohort.path.resolve()):
            raise SheetError(
                f"{path} line {line}: source: {row.source!r} is no subject of {cohort.path}; "
                f"name the folder that was read, from where it was read, or {HOW}"
            )
        rows.setdefault(int(number), []).append(row)
        if row.model not in models:
            models.append(row.model)
    _check_whole(path, rows, cohort)
    if len(models) > 1:
        told = " and ".join(sorted(f"{m.name} {m.version} ({m.precision})" for m in models))
        raise SheetError(f"{path}: rows of {told}; measure one model at a time")
    return Sheet(rows, models[0])


def _parsed(path: Path) -> Iterator[tuple[int, SheetRow]]:
    """Each row with its line."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SheetError(f"{path}: cannot be read ({error}); {HOW}") from error
    records = enumerate(text.splitlines(), 1) if text.startswith("{") else _csv_lines(text)
    line = 0
    try:
        for line, record in records:
            yield line, msgspec.convert(_fields(record), SheetRow, strict=False)
    except csv.Error as error:
        raise SheetError(f"{path} after line {line}: {error}; {HOW}") from error
    except ValueError as error:  # json's and msgspec's errors are ValueErrors
        raise SheetError(f"{path} line {line}: {error}; {HOW}") from error


def _csv_lines(text: str) -> Iterator[tuple[int, dict[str, str | None]]]:
    lines = csv.DictReader(text.splitlines(), strict=True)
    for record in lines:
        yield lines.line_num, record


def _fields(record: str | dict[str, str | None]) -> Any:
    """A line of JSON, or CSV's cells as JSON would have them."""
    if isinstance(record, str):
        return json.loads(record)
    return {name: _cell(value) for name, value in record.items()}


def _cell(value: str | None) -> Any:
    """An empty cell is nothing; lists and objects are JSON text."""
    if not value:
        return None
    return json.loads(value) if value[0] in "[{" else value


def _check_whole(path: Path, rows: dict[int, list[SheetRow]], cohort: Cohort) -> None:
    """Every frame of the cohort has its row, and no other has one."""
    there = _count((row.view, number) for number, mine in rows.items() for row in mine)
    wanted = _count(
        (view, subject) for view, frames in cohort.views.items() for subject in frames.subjects
    )
    for view in cohort.views:
        for subject in {number for name, number in {*there, *wanted} if name == view}:
            found, due = there[view, subject], wanted[view, subject]
            if found != due:
                raise SheetError(
                    f"{path}: {found} rows for the {due} {view} frames of subject {subject} of "
                    f"{cohort.path}; read it again to its end: {HOW}"
                )


def _count(keys: Iterable[tuple[str, int]]) -> Counter[tuple[str, int]]:
    return Counter((view, int(subject)) for view, subject in keys)
