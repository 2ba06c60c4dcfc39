"""A cohort on disk, rendered or ingested: what it is made of, its manifest, its frames."""

import csv
import hashlib
import io
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec
import numpy as np
from msgspec import Meta
from numpy.typing import NDArray

from edge.contract.crop import CropSpec
from edge.contract.grading import VIEWS, View
from train.ingest.record import RECORD_NAME as INGESTED_NAME
from train.ingest.record import UNFINISHED_NAME, IngestedRow, IngestRecord

RECORD_NAME = "cohort.json"
MANIFEST_NAME = "manifest.csv"
LATENTS_NAME = "latents.jsonl"


class CohortError(ValueError):
    """A cohort folder that is missing, unfinished or not what it says; names file and remedy."""


class CohortRecord(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="kind",
    tag="virtual",
):
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

    @property
    def is_virtual(self) -> bool:
        """Whether every subject is simulated: always."""
        return True

    @property
    def draws(self) -> frozenset[tuple[str, int]]:
        """Preset and seed of the virtual subjects in it: the same ones, the same subjects."""
        return frozenset({(self.preset, self.seed)})

    def measured_on(self, subjects: int) -> str:
        """In plain words, what figures of this many subjects were measured on."""
        mix = "equal grades" if self.balanced else "grades as in the paper's 150"
        return (
            f"virtual cohort, preset {self.preset}, {mix}, seed {self.seed}: {subjects} subjects "
            "unseen in training. Simulated images: the figures say nothing about patients. "
            "Research use only, not a medical device."
        )


Record = CohortRecord | IngestRecord


class FrameRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of a rendered cohort's `manifest.csv`."""

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


Row = TypeVar("Row", FrameRow, IngestedRow)


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
    """A finished cohort folder; `views` lacks a view of which it has no frame."""

    path: Path
    record: Record
    manifest_sha256: str
    views: dict[View, ViewFrames]

    @property
    def hmrs_pct(self) -> dict[int, float]:
        """H-MRS % (or what the record's `label` says) of each subject number, in any view."""
        return {
            int(subject): float(fat)
            for frames in self.views.values()
            for subject, fat in zip(frames.subjects, frames.hmrs_pct, strict=True)
        }

    @property
    def is_virtual(self) -> bool:
        """Whether every subject is simulated, so that no figure says anything about patients."""
        return self.record.is_virtual


def pixels_path(folder: Path, view: View) -> Path:
    """File of a view's frames: uint8 (subjects x frames, side, side)."""
    return folder / f"{view}.npy"


def read_record(folder: Path) -> CohortRecord:
    """What the virtual cohort in a folder is rendered from.

    Raises:
        CohortError: there is none, or the file is damaged.
    """
    path = folder / RECORD_NAME
    if not path.is_file():
        raise CohortError(
            f"{path}: not a cohort folder; `python -m train cohort` makes one of virtual subjects, "
            "`python -m train ingest` one of images"
        )
    try:
        return msgspec.json.decode(path.read_bytes(), type=CohortRecord)
    except msgspec.DecodeError as error:
        raise CohortError(f"{path}: {error}; render the cohort again") from error


def read_cohort(folder: Path) -> Cohort:
    """Open a finished cohort, rendered or ingested; frames stay on disk until they are used.

    Raises:
        CohortError: it is missing, unfinished or damaged.
    """
    if (folder / UNFINISHED_NAME).is_file():
        raise CohortError(
            f"{folder}: ingesting was not finished; "
            "run the same `python -m train ingest` again, it starts anew"
        )
    ingested = (folder / INGESTED_NAME).is_file()
    record = _read_ingested(folder) if ingested else read_record(folder)
    raw = _read_manifest(folder, record)
    path, text = folder / MANIFEST_NAME, raw.decode()
    rows: list[FrameRow] | list[IngestedRow]
    if isinstance(record, CohortRecord):
        rows = parse_manifest(text, path)
        present = VIEWS
    else:
        rows = parse_rows(text, path, IngestedRow)
        present = tuple(view for view in VIEWS if record.frames.get(view))
    views = {view: _view_frames(folder, view, rows) for view in present}
    return Cohort(folder, record, hashlib.sha256(raw).hexdigest(), views)


def format_manifest(rows: Iterable[FrameRow]) -> str:
    """A rendered cohort's manifest rows as CSV text, with a heading."""
    return format_rows(rows, FrameRow)


def parse_manifest(text: str, path: Path) -> list[FrameRow]:
    """Rows of a rendered cohort's manifest; CohortError as in `parse_rows`."""
    return parse_rows(text, path, FrameRow)


def format_rows(rows: Iterable[Row], kind: type[Row]) -> str:
    """Rows of either kind as CSV text, with a heading."""
    text = io.StringIO()
    sheet = csv.writer(text, lineterminator="\n")
    sheet.writerow(kind.__struct_fields__)
    sheet.writerows(msgspec.structs.astuple(row) for row in rows)
    return text.getvalue()


def parse_rows(text: str, path: Path, kind: type[Row]) -> list[Row]:
    """Rows of a manifest of either kind.

    Raises:
        CohortError: a row is wrong; names the file, the line and the field.
    """
    lines = csv.DictReader(text.splitlines())
    try:
        return [msgspec.convert(line, kind, strict=False) for line in lines]
    except msgspec.ValidationError as error:
        raise CohortError(f"{path} line {lines.line_num}: {error}; {_REMEDY[kind]}") from error


_REMEDY: dict[type, str] = {
    FrameRow: "render the cohort again",
    IngestedRow: "ingest the images again",
}


def _read_ingested(folder: Path) -> IngestRecord:
    path = folder / INGESTED_NAME
    try:
        return msgspec.json.decode(path.read_bytes(), type=IngestRecord)
    except msgspec.DecodeError as error:
        raise CohortError(f"{path}: {error}; {_REMEDY[IngestedRow]}") from error


def _read_manifest(folder: Path, record: Record) -> bytes:
    path = folder / MANIFEST_NAME
    if path.is_file():
        return path.read_bytes()
    if isinstance(record, IngestRecord):
        raise CohortError(f"{path}: missing; {_REMEDY[IngestedRow]} into another folder")
    raise CohortError(
        f"{path}: missing, so rendering was not finished; "
        "run the same `python -m train cohort` again, it goes on where it stopped"
    )


def _view_frames(
    folder: Path, view: View, rows: Sequence[FrameRow] | Sequence[IngestedRow]
) -> ViewFrames:
    path = pixels_path(folder, view)
    if not path.is_file():
        raise CohortError(f"{path}: missing; make the folder again")
    mine = [row for row in rows if row.view == view]
    pixels = np.load(path, mmap_mode="r")
    if not mine or max(row.row for row in mine) >= len(pixels):
        raise CohortError(f"{path}: {len(pixels)} frames do not fit the manifest; make it again")
    return ViewFrames(
        pixels,
        np.array([row.row for row in mine], np.int64),
        np.array([row.subject for row in mine], np.int64),
        np.array([row.hmrs_pct for row in mine], np.float32),
    )
