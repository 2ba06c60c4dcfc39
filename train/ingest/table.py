"""A manifest's cells as text, from CSV or Parquet."""

import csv
import hashlib
import io
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from train.ingest.problem import HEADING, ManifestError, Problem

Cells = dict[str, str]


class Table(NamedTuple):
    """Columns by name, rows by number; row 1 is the line after the heading.

    `problems`: rows whose number of cells is not the heading's; they are not among the rows.
    """

    columns: tuple[str, ...]
    rows: dict[int, Cells]
    problems: list[Problem]
    sha256: str


def read_table(path: Path) -> Table:
    """Read a manifest: `.csv` (UTF-8, commas) or `.parquet`.

    Raises:
        ManifestError: it is missing, of another kind, or not readable as a table.
    """
    suffix = path.suffix.lower()
    if suffix not in (".csv", ".parquet"):
        remedy = "save the manifest as .csv or .parquet"
        raise _refused(path, "of a kind that is not known", remedy)
    try:
        raw = path.read_bytes()
    except OSError as error:
        reason = f"cannot be read ({error.strerror})"
        raise _refused(path, reason, "name a file that is there") from error
    records = _csv_records(path, raw) if suffix == ".csv" else _parquet_records(path, raw)
    columns = tuple(name.strip() for name in next(records, []))
    rows: dict[int, Cells] = {}
    problems: list[Problem] = []
    for number, cells in enumerate(records, start=1):
        if len(cells) == len(columns):
            rows[number] = dict(zip(columns, map(str.strip, cells), strict=True))
        elif any(cells):
            problems.append(_ragged(number, len(cells), len(columns)))
    return Table(columns, rows, problems, hashlib.sha256(raw).hexdigest())


def _csv_records(path: Path, raw: bytes) -> Iterator[list[str]]:
    try:
        # -sig: spreadsheets put a mark before the first heading
        text = io.StringIO(raw.decode("utf-8-sig"), newline="")
        yield from list(csv.reader(text, strict=True))
    except UnicodeDecodeError as error:
        reason = f"its byte {error.start} is not UTF-8"
        raise _refused(path, reason, "save it as CSV in UTF-8") from error
    except csv.Error as error:
        raise _refused(path, f"not CSV ({error})", "save it as CSV in UTF-8") from error


def _parquet_records(path: Path, raw: bytes) -> Iterator[list[str]]:
    import pyarrow
    from pyarrow import parquet

    try:
        table = parquet.read_table(pyarrow.BufferReader(raw))
    except (OSError, ValueError) as error:  # pyarrow's own errors are among these
        raise _refused(path, "not a Parquet file", "save it as .parquet again") from error
    yield list(table.column_names)
    for values in zip(*(column.to_pylist() for column in table.columns), strict=True):
        yield [_text(value) for value in values]


def _text(value: object) -> str:
    """A typed cell as it would stand in CSV; whole numbers without a point, nothing for null."""
    if value is None or value != value:  # noqa: PLR0124  # NaN is how data frames say null
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _ragged(number: int, cells: int, columns: int) -> Problem:
    reason = f"{cells} cells under a heading of {columns}"
    return Problem(number, "row", "", reason, 'put "…" round a cell that holds a comma')


def _refused(path: Path, reason: str, remedy: str) -> ManifestError:
    return ManifestError(path, [Problem(HEADING, "file", path.name, reason, remedy)])
