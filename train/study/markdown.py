"""A report as Markdown, pictures beside it."""

from train.study.document import Box, Document, Heading, Image, Part, Table, Text


def to_markdown(document: Document) -> str:
    """The whole report."""
    return "\n\n".join([f"# {document.title}", *map(_part, document.parts)]) + "\n"


def _part(part: Part) -> str:
    match part:
        case Box():
            return "\n>\n".join([f"> **{part.title}**", *(f"> {line}" for line in part.lines)])
        case Heading():
            return f"## {part.text}"
        case Text():
            return part.text
        case Table():
            return _table(part)
        case Image():
            return f"![{part.caption}]({part.path})\n\n{part.caption}"


def _table(table: Table) -> str:
    cells = [
        [
            f"**{text}**" if (row, column) in table.marked else text
            for column, text in enumerate(line)
        ]
        for row, line in enumerate(table.rows)
    ]
    ruler = ["---", *["---:"] * (len(table.headings) - 1)]
    lines = [f"| {' | '.join(line)} |" for line in (table.headings, ruler, *cells)]
    return "\n".join([f"{table.caption}\n", *lines])
