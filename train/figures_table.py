"""The models' figures as a table for the terminal."""

from collections.abc import Mapping

from rich.table import Table

from train.metrics import Metrics

HEADINGS = ("model", "subjects", "frame RMSE", "bias", "subject RMSE", "r", "accuracy", "all S0")


def figures_table(figures: Mapping[str, Metrics]) -> Table:
    """One row for each model; accuracy stands beside that of calling everyone S0."""
    table = Table(title="Errors in percentage points of liver fat, on unseen subjects")
    for heading in HEADINGS:
        table.add_column(heading, justify="right")
    for name, found in figures.items():
        table.add_row(
            name,
            str(found.subjects),
            f"{found.frame_rmse:.2f}",
            f"{found.frame_bias:+.2f}",
            f"{found.subject_rmse:.2f}",
            "-" if found.r is None else f"{found.r:.3f}",
            f"{found.class_accuracy:.2f}",
            f"{found.all_s0_accuracy:.2f}",
        )
    return table
