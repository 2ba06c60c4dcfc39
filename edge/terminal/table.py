"""The live table: every scanner and view, and below it how the daemon fares."""

from collections.abc import Iterator

from rich import box
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from edge.terminal import figures
from edge.terminal.board import Board, ScannerBoard, ViewRow
from edge.terminal.figures import DASH
from edge.terminal.final import final_notes, final_table
from edge.terminal.trend import BARS, PLAIN_BARS, described

_NUMBERS = ("frame %", "median %", "IQR %")
_COUNTS = ("frames", "fps", "age ms")
_NOTHING: list[RenderableType] = [DASH] * 8


def render(
    board: Board, source: str, now_s: float, true_pct: float | None = None
) -> RenderableType:
    """The whole picture.

    Args:
        board: what came.
        source: where from, in words.
        now_s: the viewer's monotonic clock.
        true_pct: what a simulator was told to simulate, for the final table.
    """
    parts: list[RenderableType] = [Text.assemble(("steatoscope", "bold"), f"  {source}")]
    parts.append(Text(figures.NOTICE, "dim"))
    running = {name: each for name, each in board.scanners.items() if not each.final()}
    if running:
        parts += ["", _views(running, now_s)]
    for scanner in board.scanners.values():
        if final := scanner.final():
            parts += ["", final_table(final, true_pct)]
            parts += [Text(note, "dim") for note in final_notes(final)]
    parts += ["", *(_state(*item, now_s) for item in board.scanners.items())]
    parts.append(_viewer(board) if board.scanners else Text(waiting(source), "yellow"))
    return Group(*parts)


def waiting(source: str) -> str:
    """What to say before the first message."""
    return (
        f"Nothing has come from {source} yet; still trying.\nTo start a daemon: python -m edge run"
    )


def stale(scanner: ScannerBoard, now_s: float) -> str:
    """Since when there is no present number, in words."""
    since = figures.clock(scanner.published_ns)
    blanked = "" if scanner.ended else " the numbers are blanked,"
    return (
        f"STALE: nothing heard for {now_s - scanner.heard_s:.0f} s, since {since};{blanked} "
        "still trying"
    )


def notes(scanner: ScannerBoard, now_s: float) -> Iterator[str]:
    """Of each view: its holds; of its present frame: why it was not read, or what to know of it."""
    for view, row in scanner.rows().items():
        estimate = row.estimate
        if not row.is_live(now_s):
            continue
        if estimate.view is not None:
            doubt = figures.doubt(estimate)
            yield f"{view}: {figures.holds(estimate)}" + (f"; the grade {doubt}" if doubt else "")
        if estimate.reason is not None:
            yield f"{view}: frame {estimate.seq} was not read. {figures.reason(estimate.reason)}"
        if estimate.flags:
            flags = ", ".join(flag.replace("_", " ") for flag in estimate.flags)
            yield f"{view}: {figures.safe(flags)}"


def _views(scanners: dict[str, ScannerBoard], now_s: float) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, collapse_padding=True)
    table.add_column("scanner", no_wrap=True, overflow="ellipsis", max_width=12)
    table.add_column("view", min_width=5)
    for name in _NUMBERS:
        table.add_column(name, justify="right", min_width=len(name))
    table.add_column("grade", min_width=11, no_wrap=True)
    for name in _COUNTS:
        table.add_column(name, justify="right", min_width=6)
    for name, scanner in scanners.items():
        rows = [_row(view, row, scanner, now_s) for view, row in scanner.rows().items()]
        for index, cells in enumerate(rows or [_NOTHING]):
            table.add_row("" if index else figures.safe(name), *cells)
        table.add_section()
    return table


def _row(view: str, row: ViewRow, scanner: ScannerBoard, now_s: float) -> list[RenderableType]:
    if scanner.is_stale(now_s):
        return [view, *[DASH] * 7]
    estimate = row.estimate
    frame, fps, age = DASH, DASH, DASH
    if row.is_live(now_s):
        frame = "not read" if estimate.fat_pct is None else figures.pct(estimate.fat_pct)
        fps, age = f"{row.rate.per_s(now_s):.1f}", f"{estimate.age_ms:.1f}"
    return [
        view,
        frame,
        Text(figures.pct(estimate.median_pct), "bold"),
        figures.pct(estimate.iqr_pct),
        figures.grade(estimate.grade),
        str(estimate.frames),
        fps,
        age,
    ]


def _state(name: str, scanner: ScannerBoard, now_s: float) -> RenderableType:
    """How the daemon fares with one scanner; lines after the first are indented."""
    title = Text.assemble((f"{figures.safe(name)}: ", "bold"))
    if scanner.is_stale(now_s):
        return title.append(stale(scanner, now_s), "bold red")
    lines: list[RenderableType] = [_Courses(scanner, now_s)]
    lines += [Text(note, "yellow") for note in notes(scanner, now_s)]
    counts = scanner.ledger
    lines += [
        Text(figures.ledger_sum(counts)),
        Text(f"beside that: duplicate {counts.duplicate}, garbage {counts.garbage}"),
        Text(_daemon(scanner)),
    ]
    return Group(
        title.append_text(_source(scanner)), *(Padding(line, (0, 0, 0, 2)) for line in lines)
    )


class _Courses:
    """A line of small bars for each view that is scanned now, in what the terminal can show."""

    def __init__(self, scanner: ScannerBoard, now_s: float) -> None:
        self._scanner, self._now_s = scanner, now_s

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        bars = PLAIN_BARS if options.ascii_only or console.legacy_windows else BARS
        for view, row in self._scanner.rows().items():
            course = described(row.trend.values(self._now_s), bars)
            if course and row.is_live(self._now_s):
                yield Text(f"{view:<5} {course}", "cyan", no_wrap=True, overflow="ellipsis")


def _source(scanner: ScannerBoard) -> Text:
    parts = []
    if status := scanner.status:
        parts += [figures.state(status.state), Text(f"{status.fps:.1f} frames/s")]
    if scanner.exam and not scanner.ended:
        parts.append(Text(f"exam {figures.safe(scanner.exam)}"))
    return Text(", ").join(parts)


def _daemon(scanner: ScannerBoard) -> str:
    model = figures.model(scanner.model)
    status = scanner.status
    if status is None:
        return model
    journal = figures.safe(status.journal)
    return f"{model}, up {figures.duration(status.uptime_s)}, journal {journal}"


def _viewer(board: Board) -> str:
    refused = f", refused {board.refused} that broke the protocol" if board.refused else ""
    return f"this viewer: missed {board.missed} of the daemon's messages{refused}"
