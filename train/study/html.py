"""A report as one HTML file: pictures inside, no host asked for anything, light or dark."""

import base64
import re
from html import escape

from train.study.document import Box, Document, Heading, Image, Part, Table, Text

STYLE = """
:root { color-scheme: light dark; --ink: #1c2024; --soft: #5b6570; --paper: #ffffff;
  --line: #d9dee3; --band: #f5f7f9; --mark: #0072b2; --warn: #fff4de; --warn-line: #e69f00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7eaed; --soft: #a3adb7; --paper: #14171a;
  --line: #333a41; --band: #1d2227; --mark: #7cc4f0; --warn: #2e2614; --warn-line: #e69f00; } }
body { margin: 0 auto; padding: 2.5rem 1.5rem 5rem; max-width: 60rem; background: var(--paper);
  color: var(--ink); font: 16px/1.6 system-ui, sans-serif; }
h1 { font-size: 2rem; line-height: 1.2; letter-spacing: -0.01em; margin: 0 0 1.5rem; }
h2 { font-size: 1.3rem; margin: 3rem 0 0.75rem; padding-top: 1.25rem;
  border-top: 1px solid var(--line); }
p { max-width: 44rem; }
.box { background: var(--warn); border-left: 4px solid var(--warn-line); border-radius: 4px;
  padding: 0.9rem 1.25rem; }
.box p { margin: 0.35rem 0; }
.scroll { overflow-x: auto; margin: 1.25rem 0 1.75rem; }
table { border-collapse: collapse; font-size: 0.9rem; font-variant-numeric: tabular-nums;
  min-width: 100%; }
caption { text-align: left; color: var(--soft); padding-bottom: 0.5rem; }
th, td { padding: 0.4rem 0.7rem; text-align: right; border-bottom: 1px solid var(--line);
  vertical-align: top; }
td small { display: block; color: var(--soft); font-size: 0.78rem; white-space: nowrap; }
td:first-child { white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
thead th { border-bottom: 2px solid var(--soft); font-weight: 600; }
tbody tr:nth-child(even) { background: var(--band); }
td.mark { color: var(--mark); font-weight: 700; }
figure { margin: 1.5rem 0; padding: 0.75rem; background: #ffffff; border: 1px solid var(--line);
  border-radius: 6px; }
figure img { display: block; width: 100%; height: auto; }
figcaption { color: #4a535c; font-size: 0.9rem; padding: 0.5rem 0.25rem 0; }
"""
MARK = ' class="mark"'
INTERVAL = re.compile(r"(\S+) \((\S+ to \S+)\)")


def to_html(document: Document) -> str:
    """The whole report."""
    body = "\n".join(map(_part, document.parts))
    title = escape(document.title)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"
        f"<h1>{title}</h1>\n{body}\n</body>\n</html>\n"
    )


def _part(part: Part) -> str:
    match part:
        case Box():
            lines = "".join(f"<p>{escape(line)}</p>" for line in part.lines)
            return f'<div class="box"><p><strong>{escape(part.title)}</strong></p>{lines}</div>'
        case Heading():
            return f"<h2>{escape(part.text)}</h2>"
        case Text():
            return f"<p>{escape(part.text)}</p>"
        case Table():
            return _table(part)
        case Image():
            data = base64.b64encode(part.png).decode()
            caption = escape(part.caption)
            return (
                f'<figure><img alt="{caption}" src="data:image/png;base64,{data}">'
                f"<figcaption>{caption}</figcaption></figure>"
            )


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in table.headings)
    rows = "".join(f"<tr>{_cells(table, row)}</tr>\n" for row in range(len(table.rows)))
    return (
        f'<div class="scroll"><table><caption>{escape(table.caption)}</caption>'
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody></table></div>"
    )


def _cells(table: Table, row: int) -> str:
    return "".join(
        f"<td{MARK if (row, column) in table.marked else ''}>{_cell(text)}</td>"
        for column, text in enumerate(table.rows[row])
    )


def _cell(text: str) -> str:
    """A cell's text; a figure's interval goes below it, smaller."""
    if told := INTERVAL.fullmatch(text):
        return f"{escape(told[1])}<small>{escape(told[2])}</small>"
    return escape(text)
