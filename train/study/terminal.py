"""A report's table for the terminal."""

from rich.table import Table as Sheet

from train.study.document import Table


def to_terminal(table: Table) -> Sheet:
    """The same table, its marked cells in bold."""
    sheet = Sheet(title=table.caption, title_justify="left", title_style="")
    for at, heading in enumerate(table.headings):
        sheet.add_column(heading, justify="right" if at else "left", no_wrap=at == 0)
    for at, row in enumerate(table.rows):
        sheet.add_row(
            *(
                f"[bold]{text}[/bold]" if (at, place) in table.marked else text
                for place, text in enumerate(row)
            )
        )
    return sheet
