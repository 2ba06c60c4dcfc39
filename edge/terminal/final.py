"""The final reading of an exam as a table."""

from collections.abc import Iterator

from rich import box
from rich.table import Table

from edge.contract.messages import Reading
from edge.terminal import figures
from edge.terminal.board import ORDER


def final_table(reading: Reading, true_pct: float | None = None) -> Table:
    """Median, spread, grade and frames of every view.

    `true_pct`: what a simulator was told to simulate, %; shown beside, and said to be that.
    """
    table = Table(
        title=figures.safe(f"Final reading of exam {reading.exam} ({reading.scanner})"),
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
    )
    table.add_column("view")
    for name in ("median %", "IQR %"):
        table.add_column(name, justify="right")
    table.add_column("grade", min_width=11)
    table.add_column("frames", justify="right")
    if true_pct is not None:
        table.add_column("true fat % (simulator's)", justify="right")
    truth = [] if true_pct is None else [figures.pct(true_pct)]
    for view in sorted(reading.views, key=_place):
        summary = reading.views[view]
        table.add_row(
            figures.safe(view),
            figures.pct(summary.median_pct),
            figures.pct(summary.iqr_pct),
            figures.grade(summary.grade),
            str(summary.frames),
            *truth,
        )
    return table


def final_notes(reading: Reading) -> Iterator[str]:
    """For each view, what its figures rest on."""
    for view in sorted(reading.views, key=_place):
        yield f"{figures.safe(view)}: {figures.behind(reading.views[view])}"


def _place(view: str) -> int:
    return ORDER.index(view) if view in ORDER else len(ORDER)
