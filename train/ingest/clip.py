"""What every kind of material gives: clips of gray frames, each with its subject, view and fat."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from edge.contract.crop import CropSpec, Gray
from edge.contract.grading import View
from train.ingest.problem import Problem
from train.ingest.record import Label
from train.ingest.rows import Row

Spacing = tuple[float, float]

LARGEST_PX = 16384
"""Side of a resampled frame beyond which its spacing is a mistake: four times the wire's limit."""


class RefusedError(ValueError):
    """Material of one row that cannot be used."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


class Frame(NamedTuple):
    """number: in its file, from 0. gray: (H, W) uint8. spacing_mm: rows, columns; None: unknown."""

    number: int
    gray: Gray
    spacing_mm: Spacing | None


@dataclass(frozen=True, kw_only=True)
class Clip:
    """Frames of one subject in one view."""

    row: Row
    subject: str
    view: View
    hmrs_pct: float
    label: Label
    name: str
    frames: Callable[[], Iterator[Frame]]
    """Reads them anew, one at a time; RefusedError or SourceError where the file breaks off."""


class Material(Protocol):
    """A row's file, found fit; its frames are read when they are asked for."""

    @property
    def row(self) -> Row:
        """Where the manifest lists it."""

    @property
    def count(self) -> int:
        """Frames that it will give, as far as that is known beforehand."""

    @property
    def draw(self) -> tuple[str, int] | None:
        """Preset and seed of a virtual cohort; None of anything else."""

    def clips(self) -> Iterator[Clip]:
        """Its clips in order, each to be read before the next."""


def check_frame(row: Row, frame: Frame, spec: CropSpec) -> None:
    """Raise RefusedError unless a window of `spec` can be cut out of the frame."""
    height, width = frame.gray.shape
    if spec.mm_per_px is not None:
        if frame.spacing_mm is None:
            reason = f"the file tells no mm per pixel, and {spec.mm_per_px:g} is asked for"
            remedy = "give spacing_mm in this row, or leave --crop-mm-per-px out"
            raise RefusedError([row.problem("spacing_mm", reason, remedy)])
        height, width = (
            round(side * mm / spec.mm_per_px)
            for side, mm in zip((height, width), frame.spacing_mm, strict=True)
        )
    low = spec.size // 2
    if not (low <= min(height, width) and max(height, width) <= LARGEST_PX):
        reason = f"frame {frame.number} is {width} x {height} px at the window's scale"
        remedy = (
            f"a window of {spec.size} px needs {low} to {LARGEST_PX} px a side: give larger images"
        )
        raise RefusedError([row.problem("path", reason, remedy)])


def check_empty(row: Row, columns: tuple[str, ...], why: str) -> list[Problem]:
    """A problem for each of these columns that is filled though the file answers it."""
    return [
        row.problem(column, f"not for this file: {why}", "leave the cell empty")
        for column in columns
        if row.cells.get(column)
    ]
