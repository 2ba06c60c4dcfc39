"""A report's table for the terminal."""

from rich.table import Table as Sheet
from rich.text import Text

from train.study.document import Table


def to_terminal(table: Table) -> Sheet:
    """The same table, its marked cells in bold."""
    sheet = Sheet(title=Text(table.caption), title_justify="left", title_style="")
    for at, heading in enumerate(table.headings):
        sheet.add_column(heading, justify="right" if at else "left", no_wrap=at == 0)
    for at, row in enumerate(table.rows):
        styles = ("bold" if (at, place) in table.marked else "" for place in range(len(row)))
        sheet.add_row(*map(Text, row, styles))
    return sheet
