"""A run's figures for the terminal."""

from collections.abc import Callable, Iterator

from rich.console import Group, RenderableType
from rich.table import Column, Table
from rich.text import Text

from bench.machine import Machine
from bench.result import Report, Row, Way
from bench.statistics import Quantiles, Ratio

STAGES = {
    "receive": "header read, waits its turn",
    "gate": "gate",
    "crop": "decode and crop",
    "infer": "inference",
    "journal": "journal",
}

BAD = ("broken", "slower")
"""Verdicts that end in exit code 1."""


def show(report: Report) -> RenderableType:
    """Everything in a report: each frame's way in full, all else a line each, and the machine."""
    full = [row for row in report.rows if row.way and row.e2e_ms]
    short = [row for row in report.rows if row not in full]
    parts: list[RenderableType] = []
    for row in full:
        parts += [_title(row), _latencies(row), _notes(row)]
    parts += _lines(short)
    return Group(*parts, Text(machine_line(report.machine), style="dim"))


def _title(row: Row) -> Text:
    counted = row.e2e_ms.n if row.e2e_ms else 0
    return Text(
        f"{row.case}: {row.model} ({row.precision}) on {row.provider}, {counted} frames counted",
        style="bold",
    )


def _latencies(row: Row) -> Table:
    table = Table()
    table.add_column("ms")
    for name in ("p50", "p95", "p99", "p99.9", "max", "jitter"):
        table.add_column(name, justify="right")
    if row.way and row.e2e_ms:
        table.add_row("end to end: sent to received", *_cells(row.e2e_ms), style="bold")
        _add_way(table, row.way)
    if row.overhead_ms:
        table.add_row("overhead: end to end - inference", *_cells(row.overhead_ms), style="bold")
        table.add_section()
    if row.bare_ms:
        table.add_row("network alone, paced", *_cells(row.bare_ms.paced))
        table.add_row("network alone, back to back", *_cells(row.bare_ms.back_to_back))
    if row.way:
        table.add_row("scanner late on its schedule", *_cells(row.way.late_ms), style="dim")
    return table


def _add_way(table: Table, way: Way) -> None:
    table.add_row("  scanner to daemon", *_cells(way.to_daemon_ms))
    table.add_row("  in the daemon (age_ms)", *_cells(way.age_ms))
    for stage, quantiles in way.stage_ms.items():
        table.add_row(f"    {STAGES.get(stage, stage)}", *_cells(quantiles), style="dim")
    table.add_row("  daemon to viewer", *_cells(way.to_viewer_ms), end_section=True)


def _cells(quantiles: Quantiles) -> Iterator[str]:
    found = (quantiles.p50, quantiles.p95, quantiles.p99, quantiles.p999, quantiles.max)
    for value in (*found, quantiles.jitter):
        yield "-" if value is None else f"{value:.2f}"


def _notes(row: Row) -> Table:
    notes = Table.grid(padding=(0, 2))
    notes.add_row("frames", _lost(row))
    notes.add_row("daemon", _cost(row))
    if row.max_fps:
        notes.add_row("pace", f"{row.max_fps:.0f} frames a second, three under way at a time")
    notes.add_row("drift", _drift(row))
    if row.trend:
        notes.add_row("memory", f"{row.trend.rss_mib_per_min:+.3f} MiB a minute, second half")
    notes.add_row("cold", _cold(row))
    return notes


def _lost(row: Row) -> str:
    if row.frames is None:
        return "-"
    frames, ledger = row.frames, row.frames.ledger
    told = f"{frames.sent} sent, {frames.estimates} answered, {frames.lost} lost"
    if ledger is None:
        return told
    return (
        f"{told}; ledger: {ledger.sent} sent = {ledger.read} read + {ledger.gated} gated + "
        f"{ledger.overwritten} overwritten + {ledger.invalid} invalid + {ledger.missing} missing"
    )


def _cost(row: Row) -> str:
    if row.cpu_ms_per_frame is None or row.infer_ms is None or row.e2e_ms is None:
        return "-"
    ratio = row.cpu_ms_per_frame / row.infer_ms.p50
    return (
        f"{row.cpu_ms_per_frame:.2f} ms of CPU a frame ({ratio:.2f} x inference), "
        f"{row.rss_mib or 0:.0f} MiB; end to end {row.e2e_ms.p50 / row.infer_ms.p50:.2f} x "
        f"inference; other programs took {row.others_cpu_pct or 0:.0f} % of the machine"
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
    if cold is None:
        return "-"
    return (
        f"{cold.to_status_ms:.0f} ms from start to first status; first frame "
        f"{cold.first_frame_ms:.1f} ms; {cold.warm_up_e2e_ms.n} warm-up frames apart: "
        f"p50 {cold.warm_up_e2e_ms.p50:.2f}, max {cold.warm_up_e2e_ms.max:.2f} ms"
    )


Cell = Callable[[Row], str]

_COLUMNS: tuple[tuple[str, Cell], ...] = (
    ("", lambda row: row.verdict),
    ("p50 ms", lambda row: _of(row, lambda times: times.p50)),
    ("p95", lambda row: _of(row, lambda times: times.p95)),
    ("p99", lambda row: _of(row, lambda times: times.p99)),
    ("ratio", lambda row: ratio_text(row.ratio)),
    ("plain loop", lambda row: f"{row.plain.value:.2f}" if row.plain else ""),
    ("wanted", lambda row: row.wanted),
    ("overhead", lambda row: _overhead(row) if row.e2e_ms else ""),
    ("CPU ms", lambda row: f"{row.cpu_ms_per_frame:.1f}" if row.cpu_ms_per_frame else ""),
    ("lost", lambda row: f"{row.frames.lost}/{row.frames.sent}" if row.frames else ""),
    ("max fps", lambda row: f"{row.max_fps:.0f}" if row.max_fps else ""),
    ("of the limit", lambda row: f"{row.limit.nearness:.0%}" if row.limit else ""),
)
"""A column is shown where a row has something for it."""


def _lines(rows: list[Row]) -> Iterator[RenderableType]:
    """One line for each row with figures; below, in words, what else there is to say."""
    shown = [row for row in rows if not row.problem]
    columns = [(name, cell) for name, cell in _COLUMNS if any(cell(row) for row in shown)]
    table = Table(
        Column("case", min_width=16),
        *[Column(name, justify="right", no_wrap=True) for name, _ in columns],
    )
    for row in shown:
        style = "bold red" if row.verdict in BAD else ""
        table.add_row(row.case, *(cell(row) for _, cell in columns), style=style)
    if shown:
        yield table
    for told in dict.fromkeys((row.ratio_of, row.ratio_to) for row in shown if row.ratio):
        words = " over ".join(word for word in told if word)
        yield Text(f"ratio: {words}, median of the turns [99 % interval]", style="dim")
    for row in rows:
        if row.problem or row.note:
            yield Text(f"{row.case}: {row.problem or row.note}", style="dim")


def _overhead(row: Row) -> str:
    return f"{row.overhead_ms.p50:.2f}" if row.overhead_ms else ""


def _of(row: Row, figure: Callable[[Quantiles], float]) -> str:
    times = row.e2e_ms or row.infer_ms or row.overhead_ms
    return f"{figure(times):.2f}" if times else ""


def ratio_text(ratio: Ratio | None) -> str:
    """A ratio and its interval; "" for none."""
    return f"{ratio.value:.2f} [{ratio.low:.2f}, {ratio.high:.2f}]" if ratio else ""


def machine_line(machine: Machine) -> str:
    """On what it was measured, in a line."""
    flags = " ".join(machine.flags) or "no known vector extensions"
    governor = machine.governor or "unknown"
    gpu = f"; {machine.gpu}, driver {machine.driver}" if machine.gpu else ""
    return (
        f"{machine.cpu}, {machine.cores} cores, {flags}; governor {governor}; "
        f"{machine.memory_gib:g} GiB{gpu}; {machine.os}; {machine.python}; load {machine.load:.2f}"
    )
