"""The report says the same in Markdown and HTML, and asks no host for anything."""

import io
import re
from pathlib import PurePosixPath

import pytest
from rich.console import Console

from train.study.document import Box, Document, Heading, Image, Table, Text
from train.study.html import to_html
from train.study.markdown import to_markdown
from train.study.tables import losses_table
from train.study.terminal import to_terminal

DOCUMENT = Document(
    "A study",
    [
        Box("Read this first", ["No clinical claim.", "R < 1 & so on"]),
        Heading("Figures"),
        Text("As measured."),
        Table("Errors", ["", "RMSE"], [["AR", "1.23 (1.00 to 1.50)"], ["HR", "2.00"]], {(0, 1)}),
        Image(PurePosixPath("plots/a.png"), b"png", "A picture"),
    ],
)


def test_html_asks_no_host_for_anything() -> None:
    page = to_html(DOCUMENT)
    assert "http" not in page
    assert re.findall(r'(?:src|href)="(?!data:)', page) == []
    assert 'src="data:image/png;base64,cG5n"' in page


def test_html_escapes_what_is_no_markup() -> None:
    assert "R &lt; 1 &amp; so on" in to_html(DOCUMENT)


def test_the_box_comes_first_in_both() -> None:
    for text in (to_html(DOCUMENT), to_markdown(DOCUMENT)):
        places = [text.index(word) for word in ("No clinical claim", "Figures", "As measured")]
        assert places == sorted(places)


def test_markdown_has_the_table_with_the_best_marked() -> None:
    lines = to_markdown(DOCUMENT).splitlines()
    assert "| AR | **1.23 (1.00 to 1.50)** |" in lines
    assert "| HR | 2.00 |" in lines
    assert "![A picture](plots/a.png)" in lines


def test_html_marks_the_best_and_puts_its_interval_below() -> None:
    assert '<td class="mark">1.23<small>1.00 to 1.50</small></td>' in to_html(DOCUMENT)


def test_the_papers_table_2_stands_below_ours() -> None:
    losses = {"AR": [4.0, 3.0, 2.0, 1.0], "HR": [1.0, 2.0, 3.0, 4.0], "AR+HR": [2.0, 1.0, 3.0, 4.0]}
    table = losses_table(losses, carried=2)
    assert table.headings == ["", "Set 1", "Set 2 (carried)", "Set 3", "Set 4", "Mean"]
    assert table.rows[0] == ["AR CNN", "4.00", "3.00", "2.00", "1.00", "2.50"]
    assert table.rows[3] == ["AR CNN, the paper", "1.33", "3.08", "2.23", "2.63", "2.32"]
    assert table.rows[4] == ["HR CNN, the paper", "3.51", "2.92", "3.15", "2.17", "2.94"]
    assert {(0, 4), (1, 1), (2, 2), (3, 1), (4, 4)} == table.marked


@pytest.mark.parametrize("folds", [2, 5])
def test_another_number_of_folds_shows_the_papers_mean_only(folds: int) -> None:
    table = losses_table(dict.fromkeys(("AR", "HR", "AR+HR"), [1.0] * folds), carried=1)
    assert table.rows[3] == ["AR CNN, the paper", *["–"] * folds, "2.32"]
    assert all(len(row) == len(table.headings) for row in table.rows)
    assert all(column <= folds for _, column in table.marked)


def test_the_terminal_shows_a_cell_as_it_is_and_marks_the_best() -> None:
    table = Table("[a]", ["", "RMSE"], [["[red]", "1.2"], ["HR", "2.0"]], {(0, 1)})
    console = Console(force_terminal=True, width=60, file=io.StringIO())
    console.print(to_terminal(table))
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "[red]" in shown
    assert "[a]" in shown
    assert re.search(r"\x1b\[1m *1\.2", shown)
    assert not re.search(r"\x1b\[1m *2\.0", shown)
