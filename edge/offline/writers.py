"""Rows to a file or to standard output: JSON lines, CSV or Parquet."""

import csv
import io
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Literal

import msgspec

from edge.offline.rows import AnyRow, columns, flat

Format = Literal["json", "csv", "parquet"]
FORMATS: tuple[Format, ...] = ("json", "csv", "parquet")


class WriteError(RuntimeError):
    """The rows cannot be written; says why and what to do."""


def check_format(form: Format) -> None:
    """Raise WriteError where the library of a format is not installed."""
    if form == "parquet":
        try:
            import pyarrow.parquet  # noqa: F401
        except ImportError as error:
            raise WriteError(
                "--format parquet needs pyarrow: pip install 'steatoscope[train]', or choose csv"
            ) from error


def write(rows: Iterable[AnyRow], of: type[AnyRow], form: Format, file: IO[bytes]) -> None:
    """Write rows, all of one kind, as they come; Parquet all at once at the end."""
    if form == "parquet":
        _write_parquet(rows, of, file)
        return
    if form == "csv":
        _line(file, columns(of))
    for row in rows:
        if form == "csv":
            _line(file, ("" if value is None else value for value in flat(row).values()))
        else:
            fields = {name: getattr(row, name) for name in columns(of)}
            file.write(msgspec.json.encode(fields) + b"\n")
        file.flush()


@contextmanager
def new_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that takes its name only once it is whole; WriteError where it cannot be written."""
    part = path.with_name(f"{path.name}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(path)
    except OSError as error:
        raise WriteError(f"{path}: cannot be written: {error.strerror}") from error
    finally:
        part.unlink(missing_ok=True)


def _line(file: IO[bytes], values: Iterable[object]) -> None:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(values)
    file.write(text.getvalue().encode())


def _write_parquet(rows: Iterable[AnyRow], of: type[AnyRow], file: IO[bytes]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    kinds = {"int": pa.int64(), "float": pa.float64(), "text": pa.string()}
    schema = pa.schema([(name, kinds[kind]) for name, kind in columns(of).items()])
    pq.write_table(pa.Table.from_pylist([flat(row) for row in rows], schema), file)
