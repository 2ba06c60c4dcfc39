"""The live table: every scanner and view, and below it how the daemon fares."""

from collections.abc import Iterator

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from edge.terminal import figures
from edge.terminal.board import Board, ScannerBoard, ViewRow
from edge.terminal.figures import DASH
from edge.terminal.final import final_table

_NUMBERS = ("frame %", "median %", "IQR %")
_COUNTS = ("frames", "fps", "age ms")


def render(board: Board, address: str, now_s: float) -> RenderableType:
    """The whole picture at `now_s` (the viewer's monotonic clock)."""
    parts: list[RenderableType] = [_head(address)]
    if board.scanners:
        parts += [_views(board, now_s), _states(board, now_s)]
        finals = [scanner.final() for scanner in board.scanners.values()]
        parts += [final_table(reading) for reading in finals if reading]
    else:
        parts.append(Text(waiting(address), "yellow"))
    parts.append(Text(figures.NOTICE, "dim"))
    return Group(*parts)


def waiting(address: str) -> str:
    """What to say before the first message."""
    return (
        f"Nothing has come from {address} yet; still trying. `python -m edge run` starts a daemon."
    )


def stale(scanner: ScannerBoard, now_s: float) -> str:
    """Since when there is no present number, in words."""
    return (
        f"STALE: nothing heard for {now_s - scanner.heard_s:.0f} s, since "
        f"{figures.clock(scanner.published_ns)}; the numbers are blanked, still trying"
    )


def notes(scanner: ScannerBoard) -> Iterator[str]:
    """Of the newest frame of each view: why it was not read, and what to know though it was."""
    for view, row in scanner.rows().items():
        estimate = row.estimate
        if estimate.reason is not None:
            yield f"{view}: frame {estimate.seq} was not read: {figures.reason(estimate.reason)}"
        if estimate.flags:
            flags = ", ".join(flag.replace("_", " ") for flag in estimate.flags)
            yield f"{view}: {figures.safe(flags)}"


def _head(address: str) -> Text:
    return Text.assemble(("steatoscope", "bold"), f"  estimates from {address}")


def _views(board: Board, now_s: float) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False, collapse_padding=True)
    table.add_column("scanner", no_wrap=True, overflow="ellipsis", max_width=12)
    table.add_column("view", min_width=5)
    for name in _NUMBERS:
        table.add_column(name, justify="right", min_width=len(name))
    table.add_column("grade", min_width=11, no_wrap=True)
    for name in _COUNTS:
        table.add_column(name, justify="right", min_width=6)
    for name, scanner in board.scanners.items():
        rows = [_row(view, row, scanner, now_s) for view, row in scanner.rows().items()]
        for index, cells in enumerate(rows or [[DASH] * 8]):
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


def _states(board: Board, now_s: float) -> Table:
    """Two columns: what, and what of it; long lines wrap in the second."""
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True, overflow="ellipsis", max_width=12)
    table.add_column()
    for name, scanner in board.scanners.items():
        table.add_row(Text(figures.safe(name), "bold"), _state(scanner, now_s))
        if not scanner.is_stale(now_s):
            for note in notes(scanner):
                table.add_row("", Text(note, "yellow"))
            table.add_row("", figures.ledger_sum(scanner.ledger))
            table.add_row("", _outside(scanner))
    missed = f"missed {board.missed} of the daemon's messages"
    refused = f", refused {board.refused} that broke the protocol" if board.refused else ""
    table.add_row("this viewer", missed + refused)
    return table


def _outside(scanner: ScannerBoard) -> str:
    counts = scanner.ledger
    return f"beside that duplicate {counts.duplicate}, garbage {counts.garbage}"


def _state(scanner: ScannerBoard, now_s: float) -> RenderableType:
    if scanner.is_stale(now_s):
        return Text(stale(scanner, now_s), "bold red")
    ended = " (ended)" if scanner.ended else ""
    exam = f"exam {figures.safe(scanner.exam)}{ended}" if scanner.exam else ""
    status = scanner.status
    if status is None:
        return Text(", ".join(filter(None, (exam, figures.model(scanner.model)))))
    rate = f"{status.fps:.1f} frames/s"
    lines = [Text(", ").join([figures.state(status.state), *map(Text, filter(None, (rate, exam)))])]
    up = f"up {figures.duration(status.uptime_s)}, journal {figures.safe(status.journal)}"
    lines.append(Text(f"{figures.model(scanner.model)}, {up}"))
    return Text("\n").join(lines)
