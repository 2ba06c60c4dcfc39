"""A page of a report."""

from bench.result import Report


def draw(report: Report) -> str:
    """HTML."""
    return str(len(report.rows))
