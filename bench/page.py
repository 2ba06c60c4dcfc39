"""A report as one page that needs nothing else: no network, no script, plots as SVG."""

from collections.abc import Iterator, Sequence
from html import escape

from bench import plots
from bench.plots import Bar
from bench.result import Report, Row
from bench.table import STAGES, machine_line, ratio_text

STYLE = """
:root { color-scheme: light; }
body { font: 15px/1.5 system-ui, sans-serif; color: #1f2937; background: #f3f4f6; margin: 0; }
main { max-width: 860px; margin: 0 auto; padding: 24px; }
section { background: #fff; border: 1px solid #e5e7eb; border-radius: 8px; padding: 16px 24px;
  margin: 0 0 20px; }
h1 { font-size: 24px; } h2 { font-size: 18px; margin: 4px 0 2px; }
h3 { font-size: 14px; margin: 14px 0 2px; }
p { margin: 4px 0 10px; } .quiet { color: #6b7280; font-size: 13px; } svg { width: 100%; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: 3px 10px; border-bottom: 1px solid #e5e7eb; }
th:first-child, td:first-child { text-align: left; }
.judged td:not(:first-child) { white-space: nowrap; }
.broken td, .slower td { color: #b5473c; font-weight: 600; }
"""


def draw(report: Report) -> str:
    """HTML of the whole report."""
    sections = "".join(f"<section>{each}</section>" for each in _sections(report.rows))
    versions = ", ".join(f"{name} {version}" for name, version in report.versions.items())
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>steatoscope: how fast</title><style>{STYLE}</style></head><body><main>"
        f"<h1>How fast</h1><p class=quiet>{escape(machine_line(report.machine))}</p>"
        f"{sections}<p class=quiet>{escape(versions)}</p>"
        "<p class=quiet>Research use only; not a medical device.</p></main></body></html>\n"
    )


def _sections(rows: Sequence[Row]) -> Iterator[str]:
    for row in rows:
        if row.way and row.e2e_ms:
            yield _latency(row)
    for kind, title, told in (
        ("peer", "End to end beside other programs", "Median of all frames, ms; shorter is better"),
        ("engine", "One inference in each engine", "Median, ms, one thread; shorter is better"),
        ("limit", "One inference and the floor", "Median, ms; of the limit: floor over median"),
    ):
        chosen = [row for row in rows if row.kind == kind]
        if chosen:
            yield _bars(chosen, title, told)
    streams = [row for row in rows if row.kind == "streams" and row.e2e_ms]
    if streams:
        yield _streams(streams)
    judged = [row for row in rows if row.kind in ("budget", "compare")]
    if judged:
        yield _judged(judged)


def _latency(row: Row) -> str:
    parts = [f"<h2>{escape(row.case)}</h2>"]
    if row.e2e_ms and row.infer_ms and row.overhead_ms:
        parts.append(
            f"<p>{escape(row.model or '')} ({row.precision}) on {row.provider}: end to end "
            f"<b>{row.e2e_ms.p50:.2f} ms</b> (p50), <b>{row.e2e_ms.p99:.2f} ms</b> (p99), of which "
            f"inference {row.infer_ms.p50:.2f} ms; {row.e2e_ms.n} frames counted.</p>"
        )
        if row.histogram:
            marks = {"p50": row.e2e_ms.p50, "p99": row.e2e_ms.p99}
            parts.append("<h3>From sending to arrival</h3>")
            parts.append(plots.histograms({row.case: row.histogram}, marks))
    parts.append("<h3>Where the time goes, medians</h3>")
    parts.append(plots.waterfall(_stages(row), "ms"))
    if row.bursts and len(row.bursts.at_s) > 4:
        points = list(zip(row.bursts.at_s, row.bursts.e2e_ms, strict=True))
        parts.append("<h3>End to end over the run, median of each second</h3>")
        parts.append(plots.curve(points, "s", "ms"))
    if row.trend:
        points = list(zip(row.trend.at_s, row.trend.rss_mib, strict=True))
        parts.append("<h3>Resident memory</h3>" + plots.curve(points, "s", "MiB"))
        points = list(zip(row.trend.at_s, row.trend.cpu_pct, strict=True))
        parts.append("<h3>CPU, of one core</h3>" + plots.curve(points, "s", "%"))
    return "".join(parts)


def _stages(row: Row) -> dict[str, float]:
    if row.way is None:
        return {}
    inside = {STAGES.get(name, name): ms.p50 for name, ms in row.way.stage_ms.items() if ms.p50}
    return {
        "scanner to daemon": row.way.to_daemon_ms.p50,
        **inside,
        "daemon to viewer": row.way.to_viewer_ms.p50,
    }


def _bars(rows: Sequence[Row], title: str, told: str) -> str:
    drawn = []
    for row in rows:
        times = row.e2e_ms or row.infer_ms
        # The matrix products of `limit` are no networks: what they reach is told in words.
        if times and (row.limit or row.kind != "limit"):
            drawn.append(Bar(row.case, times.p50, told=_said(row, times.p50)))
    told_apart = "".join(
        f"<p class=quiet>{escape(row.case)}: {escape(row.problem or row.note)}</p>"
        for row in rows
        if row.problem or row.note
    )
    plot = plots.bars(drawn, "ms") if drawn else ""
    return f"<h2>{title}</h2><p class=quiet>{told}.</p>{plot}{told_apart}"


def _said(row: Row, ms: float) -> str:
    if row.limit:
        return f"{ms:.2f}, {row.limit.nearness:.0%}"
    return f"{ms:.2f} (x {row.ratio.value:.2f})" if row.ratio else f"{ms:.2f}"


def _streams(rows: Sequence[Row]) -> str:
    points = [
        (float(row.streams or 0), row.e2e_ms.p99, row.verdict == "carried")
        for row in rows
        if row.e2e_ms
    ]
    most = max((row.streams or 0 for row in rows if row.verdict == "carried"), default=0)
    limit = 1000 / float(rows[0].fps or 30) if rows[0].fps != "fast" else 33.0
    return (
        f"<h2>Scanners at once: {most}</h2><p class=quiet>p99 of end to end; filled where no frame "
        f"was lost and p99 stayed below a frame's period.</p>"
        f"{plots.lines(points, 'scanners', 'ms', limit)}"
    )


def _judged(rows: Sequence[Row]) -> str:
    lines = "".join(
        f'<tr class="{row.verdict}"><td>{escape(row.case)}</td><td>{ratio_text(row.ratio)}</td>'
        f"<td>{ratio_text(row.plain)}</td><td>{escape(row.verdict or row.problem)}</td>"
        f"<td>{escape(row.wanted)}</td></tr>"
        for row in rows
    )
    head = "a plain loop" if any(row.plain for row in rows) else ""
    return (
        "<h2>What must hold</h2><table class=judged><tr><th></th><th>value [99 % interval]</th>"
        f"<th>{head}</th><th></th><th>wanted</th></tr>{lines}</table>"
    )
