"""A rendered cohort on disk: what it is made of, its manifest, its frames."""

import csv
import hashlib
import io
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from edge.contract.crop import CropSpec
from edge.contract.grading import VIEWS, View

RECORD_NAME = "cohort.json"
MANIFEST_NAME = "manifest.csv"
LATENTS_NAME = "latents.jsonl"


class CohortError(ValueError):
    """A cohort folder that is missing, unfinished or not what it says; names file and remedy."""


class CohortRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a cohort was rendered from: `cohort.json`. The same record gives the same bytes."""

    format: Literal[1] = 1
    preset: str
    subjects: int
    frames: int
    """Frames of each subject and view, spread evenly over the clip."""
    seed: int
    balanced: bool
    """Grades in equal numbers, instead of the paper's 111/21/6/12 of 150."""
    crop: CropSpec = CropSpec()
    scale_error: Annotated[float, Meta(ge=0, le=0.5)] = 0.0
    """Largest error of the mm per pixel that the crop is told, as a share; uniform, both ways."""
    simulator: int


class FrameRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `manifest.csv`."""

    subject: int
    view: View
    clip: str
    frame: int
    """Number of the frame in its clip."""
    row: int
    """Row of the view's array, `AR.npy` or `HR.npy`."""
    true_pct: float
    """Liver fat that the frame was made with, %."""
    hmrs_pct: float
    """H-MRS as it would be measured, %: the truth and, in some presets, its noise."""
    grade: str
    seed: int
    preset: str
    simulator: int
    sha256: str
    """Of the frame's bytes, so that the manifest's hash stands for the whole cohort."""


@dataclass(frozen=True)
class ViewFrames:
    """Frames of one view with what is known of each; all arrays but `pixels` are (frames,)."""

    pixels: NDArray[np.uint8]
    """(rows, side, side), on disk; a frame is `pixels[rows[i]]`."""
    rows: NDArray[np.int64]
    subjects: NDArray[np.int64]
    hmrs_pct: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.rows)

    def of(self, subjects: Collection[int]) -> "ViewFrames":
        """Only these subjects' frames."""
        keep = np.isin(self.subjects, sorted(subjects))
        return ViewFrames(self.pixels, self.rows[keep], self.subjects[keep], self.hmrs_pct[keep])


@dataclass(frozen=True)
class Cohort:
    """A finished cohort folder."""

    path: Path
    record: CohortRecord
    manifest_sha256: str
    views: dict[View, ViewFrames]

    @property
    def hmrs_pct(self) -> dict[int, float]:
        """H-MRS % of each subject number."""
        pairs = zip(self.views["AR"].subjects, self.views["AR"].hmrs_pct, strict=True)
        return {int(subject): float(fat) for subject, fat in pairs}


def pixels_path(folder: Path, view: View) -> Path:
    """File of a view's frames: uint8 (subjects x frames, side, side)."""
    return folder / f"{view}.npy"


def read_record(folder: Path) -> CohortRecord:
    """What the cohort in a folder is made from.

    Raises:
        CohortError: there is none, or the file is damaged.
    """
    path = folder / RECORD_NAME
    if not path.is_file():
        raise CohortError(f"{path}: not a cohort folder; `python -m train cohort` makes one")
    try:
        return msgspec.json.decode(path.read_bytes(), type=CohortRecord)
    except msgspec.DecodeError as error:
        raise CohortError(f"{path}: {error}; render the cohort again") from error


def read_cohort(folder: Path) -> Cohort:
    """Open a finished cohort; frames stay on disk until they are used.

    Raises:
        CohortError: it is missing, unfinished or damaged.
    """
    record = read_record(folder)
    path = folder / MANIFEST_NAME
    if not path.is_file():
        raise CohortError(
            f"{path}: missing, so rendering was not finished; "
            "run the same `python -m train cohort` again, it goes on where it stopped"
        )
    raw = path.read_bytes()
    rows = parse_manifest(raw.decode(), path)
    views = {view: _view_frames(folder, view, rows) for view in VIEWS}
    return Cohort(folder, record, hashlib.sha256(raw).hexdigest(), views)


def format_manifest(rows: Iterable[FrameRow]) -> str:
    """Manifest rows as CSV text, with a heading."""
    text = io.StringIO()
    sheet = csv.writer(text, lineterminator="\n")
    sheet.writerow(FrameRow.__struct_fields__)
    sheet.writerows(msgspec.structs.astuple(row) for row in rows)
    return text.getvalue()


def parse_manifest(text: str, path: Path) -> list[FrameRow]:
    """Rows of a manifest.

    Raises:
        CohortError: a row is wrong; names the file, the line and the field.
    """
    lines = csv.DictReader(text.splitlines())
    try:
        return [msgspec.convert(line, FrameRow, strict=False) for line in lines]
    except msgspec.ValidationError as error:
        raise CohortError(
            f"{path} line {lines.line_num}: {error}; render the cohort again"
        ) from error


def _view_frames(folder: Path, view: View, rows: list[FrameRow]) -> ViewFrames:
    path = pixels_path(folder, view)
    if not path.is_file():
        raise CohortError(f"{path}: missing; render the cohort again")
    mine = [row for row in rows if row.view == view]
    pixels = np.load(path, mmap_mode="r")
    if not mine or max(row.row for row in mine) >= len(pixels):
        raise CohortError(f"{path}: {len(pixels)} frames do not fit the manifest; render it again")
    return ViewFrames(
        pixels,
        np.array([row.row for row in mine], np.int64),
        np.array([row.subject for row in mine], np.int64),
        np.array([row.hmrs_pct for row in mine], np.float32),
    )
