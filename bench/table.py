"""A run's figures for the terminal."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bench.machine import Machine
from bench.quantiles import Quantiles
from bench.report import Report, Row

STAGES = {
    "receive": "header read, waits its turn",
    "gate": "gate",
    "crop": "decode and crop",
    "infer": "inference",
    "journal": "journal",
}


def show(report: Report) -> RenderableType:
    """Everything in a report: a table and its notes for each row, and the machine."""
    parts: list[RenderableType] = []
    for row in report.rows:
        parts += [_title(row), _latencies(row), _notes(row)]
    return Group(*parts, Text(_machine(report.machine), style="dim"))


def _title(row: Row) -> Text:
    return Text(
        f"{row.case}: {row.model} ({row.precision}) on {row.provider}, "
        f"{row.e2e_ms.n} frames counted",
        style="bold",
    )


def _latencies(row: Row) -> Table:
    table = Table()
    table.add_column("ms")
    for name in ("p50", "p95", "p99", "p99.9", "max"):
        table.add_column(name, justify="right")
    table.add_row("end to end: sent to received", *_cells(row.e2e_ms), style="bold")
    table.add_row("  scanner to daemon", *_cells(row.to_daemon_ms))
    table.add_row("  in the daemon (age_ms)", *_cells(row.age_ms))
    for stage, quantiles in row.stage_ms.items():
        table.add_row(f"    {STAGES.get(stage, stage)}", *_cells(quantiles), style="dim")
    table.add_row("  daemon to viewer", *_cells(row.to_viewer_ms), end_section=True)
    table.add_row("overhead: end to end - inference", *_cells(row.overhead_ms), style="bold")
    table.add_section()
    table.add_row("network alone, paced", *_cells(row.bare_ms.paced))
    table.add_row("network alone, back to back", *_cells(row.bare_ms.back_to_back))
    table.add_row("scanner late on its schedule", *_cells(row.late_ms), style="dim")
    return table


def _cells(quantiles: Quantiles) -> Iterator[str]:
    for value in (quantiles.p50, quantiles.p95, quantiles.p99, quantiles.p999, quantiles.max):
        yield "-" if value is None else f"{value:.2f}"


def _notes(row: Row) -> Table:
    notes = Table.grid(padding=(0, 2))
    notes.add_row("frames", _lost(row))
    notes.add_row("daemon", _cost(row))
    notes.add_row("drift", _drift(row))
    notes.add_row("cold", _cold(row))
    return notes


def _lost(row: Row) -> str:
    frames, ledger = row.frames, row.frames.ledger
    return (
        f"{frames.sent} sent, {frames.estimates} answered, {frames.lost} lost; ledger: "
        f"{ledger.sent} sent = {ledger.read} read + {ledger.gated} gated + "
        f"{ledger.overwritten} overwritten + {ledger.invalid} invalid + {ledger.missing} missing"
    )


def _cost(row: Row) -> str:
    ratio = row.cpu_ms_per_frame / row.infer_ms.p50
    return (
        f"{row.cpu_ms_per_frame:.2f} ms of CPU a frame ({ratio:.2f} x inference), "
        f"{row.rss_mib:.0f} MiB; end to end {row.e2e_ms.p50 / row.infer_ms.p50:.2f} x inference; "
        f"other programs took {row.others_cpu_pct:.0f} % of the machine"
    )


def _drift(row: Row) -> str:
    if row.drift is None:
        return "not told: the run is shorter than five seconds"
    return (
        f"{row.drift.ms_per_min:+.2f} ± {row.drift.error_ms_per_min:.2f} ms a minute "
        "of end to end (95 % interval)"
    )


def _cold(row: Row) -> str:
    cold = row.cold
    return (
        f"{cold.to_status_ms:.0f} ms from start to first status; first frame "
        f"{cold.first_frame_ms:.1f} ms; {cold.warm_up_e2e_ms.n} warm-up frames apart: "
        f"p50 {cold.warm_up_e2e_ms.p50:.2f}, max {cold.warm_up_e2e_ms.max:.2f} ms"
    )


def _machine(machine: Machine) -> str:
    flags = " ".join(machine.flags) or "no known vector extensions"
    governor = machine.governor or "unknown"
    return (
        f"{machine.cpu}, {machine.cores} cores, {flags}; governor {governor}; "
        f"{machine.memory_gib:g} GiB; {machine.os}; {machine.python}; load {machine.load:.2f}"
    )
