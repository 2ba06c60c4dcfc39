"""Rows of a reading or of its estimates: the wire's fields, and what was read."""

from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from edge.contract.messages import (
    Acquisition,
    Estimate,
    LedgerCounts,
    ModelInfo,
    Reading,
    Summary,
)
from edge.offline.exams import OfflineExam

Kind = Literal["int", "float", "text"]


class Row(Summary, frozen=True, kw_only=True):
    """The final values of one view; `view` None: the frames of which no view is known."""

    source: str
    """What was read, as the user named it."""
    scanner: str
    exam: str
    view: str | None
    acquisitions: list[Acquisition]
    ledger: LedgerCounts
    """Of the whole exam."""
    model: ModelInfo


class EstimateRow(Summary, frozen=True, kw_only=True):
    """What one frame made of one view, with the view's values after it."""

    source: str
    """What was read, as the user named it."""
    scanner: str
    exam: str
    view: str | None
    seq: int
    """Of the frame in its exam, from 0."""
    capture_ns: int
    """Its time in the clip."""
    fat_pct: float | None
    reason: str | None
    flags: list[str]
    ledger: LedgerCounts
    model: ModelInfo


AnyRow = Row | EstimateRow


def rows_of(exam: OfflineExam, reading: Reading, unknown: Mapping[str, int]) -> Iterator[Row]:
    """The rows of one exam.

    Args:
        exam: what was read.
        reading: its final reading; without views where no view was known.
        unknown: frames of no known view, by reason.
    """
    for view, summary in reading.views.items():
        yield _row(exam, reading, view, summary)
    if unknown:
        rule = next((summary.rule for summary in reading.views.values()), "none")
        nothing = Summary(
            median_pct=None, iqr_pct=None, frames=0, grade=None, rule=rule, reasons=dict(unknown)
        )
        yield _row(exam, reading, None, nothing)


def _row(exam: OfflineExam, reading: Reading, view: str | None, summary: Summary) -> Row:
    return Row(
        **msgspec.structs.asdict(summary),
        source=exam.source,
        scanner=reading.scanner,
        exam=exam.exam,
        view=view,
        acquisitions=reading.acquisitions.get(view or "", []),
        ledger=reading.ledger,
        model=reading.model,
    )


def estimate_row(exam: OfflineExam, estimate: Estimate) -> EstimateRow:
    """The row of one of the exam's estimates."""
    wire = msgspec.structs.asdict(estimate)
    named = {field: wire[field] for field in EstimateRow.__struct_fields__ if field in wire}
    return EstimateRow(source=exam.source, **named)


def columns(of: type[AnyRow]) -> dict[str, Kind]:
    """Columns of a sheet, first those that say what a row is of."""
    order = ("source", "scanner", "exam", "view")
    types = {field.name: field.type for field in msgspec.structs.fields(of)}
    names = (*order, *(name for name in types if name not in order))
    return {name: _kind(types[name]) for name in names}


def flat(row: AnyRow) -> dict[str, int | float | str | None]:
    """A row for a sheet: what holds several values as JSON text."""
    fields = msgspec.structs.asdict(row)
    return {
        name: value
        if value is None or isinstance(value, int | float | str)
        else msgspec.json.encode(value).decode()
        for name, value in ((name, fields[name]) for name in columns(type(row)))
    }


def _kind(of: object) -> Kind:
    if of is int:
        return "int"
    return "float" if of == float | None else "text"
