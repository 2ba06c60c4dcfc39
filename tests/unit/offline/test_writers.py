import csv
import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.contract.messages import Acquisition, LedgerCounts
from edge.offline.rows import Row, columns
from edge.offline.writers import WriteError, check_format, new_file, write
from edge.scanner.source import SourceError
from tests.daemon_messages import MODEL


def row(**changes: object) -> Row:
    fields: dict[str, object] = {
        "source": "clip, one.mkv",
        "scanner": "offline",
        "exam": "exam-1",
        "view": "AR",
        "median_pct": 8.31,
        "iqr_pct": None,
        "frames": 30,
        "grade": "S1",
        "interval_pct": (4.0, 12.5),
        "reasons": {"black": 2},
        "acquisitions": [Acquisition(median_pct=8.3, iqr_pct=0.5, frames=30)],
        "ledger": LedgerCounts(sent=32, read=30, gated=2),
        "model": MODEL,
    }
    return Row(**(fields | changes))  # type: ignore[arg-type]


def test_json_lines_have_the_wires_names_and_begin_with_what_they_are_of() -> None:
    file = io.BytesIO()
    write([row(), row(view=None)], Row, "json", file)

    first, second = (json.loads(line) for line in file.getvalue().splitlines())

    assert list(first)[:4] == ["source", "scanner", "exam", "view"]
    assert (first["median_pct"], first["iqr_pct"], first["reasons"]) == (8.31, None, {"black": 2})
    assert first["ledger"]["gated"] == 2
    assert second["view"] is None


def test_a_csv_sheet_reads_back() -> None:
    file = io.BytesIO()
    write([row()], Row, "csv", file)

    (read,) = csv.DictReader(io.StringIO(file.getvalue().decode()))

    assert list(read) == list(columns(Row))
    assert (read["source"], read["frames"], read["iqr_pct"]) == ("clip, one.mkv", "30", "")
    assert json.loads(read["interval_pct"]) == [4.0, 12.5]
    assert json.loads(read["acquisitions"]) == [{"median_pct": 8.3, "iqr_pct": 0.5, "frames": 30}]


def test_a_parquet_file_has_typed_columns_though_all_be_empty(tmp_path: Path) -> None:
    pq = pytest.importorskip("pyarrow.parquet", reason="needs the extra `train`")
    path = tmp_path / "rows.parquet"
    with new_file(path) as file:
        write([row(), row(median_pct=None)], Row, "parquet", file)

    table = pq.read_table(path)

    assert table.column_names == list(columns(Row))
    assert table.column("median_pct").to_pylist() == [8.31, None]
    types = {name: str(table.schema.field(name).type) for name in ("frames", "iqr_pct", "reasons")}
    assert types == {"frames": "int64", "iqr_pct": "double", "reasons": "string"}


def test_without_pyarrow_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)

    with pytest.raises(WriteError, match=r"pip install 'steatoscope\[train\]', or choose csv"):
        check_format("parquet")
    check_format("csv")


def test_a_file_that_is_broken_off_never_takes_its_name(tmp_path: Path) -> None:
    def rows() -> Iterator[Row]:
        yield row()
        raise SourceError("broken off")

    def write_half() -> None:
        with new_file(tmp_path / "rows.csv") as file:
            write(rows(), Row, "csv", file)

    with pytest.raises(SourceError):
        write_half()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    path = tmp_path / "none" / "rows.csv"

    with pytest.raises(WriteError, match=r"none/rows\.csv: cannot be written"), new_file(path):
        pass
