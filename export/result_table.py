"""What came out of a check: precision and provider against size, time and closeness to Keras."""

from collections.abc import Sequence

from rich.box import SIMPLE
from rich.table import Table

from export.check import Row


def result_table(rows: Sequence[Row]) -> Table:
    """One line for each precision and provider; of the models, the one that does worst counts."""
    frames = next(iter(rows[0].parity.values())).frames
    table = Table(
        box=SIMPLE,
        padding=(0, 1),
        pad_edge=False,
        title=f"Bundle against Keras, {frames} virtual pairs of frames",
        caption="Worst of AR, HR and AR+HR, in percentage points of H-MRS; times of one AR "
        "inference, one thread, all in turns on this machine: read their ratios",
    )
    for name in ("precision", "provider"):
        table.add_column(name, no_wrap=True)
    for figure in ("MB", "p50\nms", "p99\nms", "mean\n|Δ|", "p99\n|Δ|", "bias", "same\ngrade"):
        table.add_column(figure, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*_cells(row))
    return table


def _cells(row: Row) -> list[str]:
    parity = list(row.parity.values())
    bias_pct = max((found.bias_pct for found in parity), key=abs)
    return [
        row.precision,
        row.provider,
        f"{row.size / 1e6:.2f}",
        f"{row.timing.p50_ms:.2f}",
        f"{row.timing.p99_ms:.2f}",
        f"{max(found.mean_abs_pct for found in parity):.4f}",
        f"{max(found.p99_abs_pct for found in parity):.4f}",
        f"{bias_pct:+.3f}",
        f"{min(found.same_grade for found in parity):.1%}",
    ]
