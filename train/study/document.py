"""A report as a list of parts, so that Markdown and HTML say the same."""

from dataclasses import dataclass, field
from pathlib import PurePosixPath


@dataclass(frozen=True)
class Box:
    """What must be read first."""

    title: str
    lines: list[str]


@dataclass(frozen=True)
class Heading:
    """Title of a section."""

    text: str


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    text: str


@dataclass(frozen=True)
class Table:
    """Cells as they are shown; the first column names its row."""

    caption: str
    headings: list[str]
    rows: list[list[str]]
    marked: set[tuple[int, int]] = field(default_factory=set)
    """Row and column of the cells to be seen first."""


@dataclass(frozen=True)
class Image:
    """A picture in PNG."""

    path: PurePosixPath
    """Relative to the report."""
    png: bytes
    caption: str


Part = Box | Heading | Text | Table | Image


@dataclass(frozen=True)
class Document:
    """A report."""

    title: str
    parts: list[Part]
