"""A cohort's folder (`python -m train cohort` or `ingest`): one exam for each subject.

Its frames are windows, cut already; they are read at the times that they had in their clips.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray

from edge.contract.crop import CropSpec
from edge.contract.grading import VIEWS, View
from edge.scanner.source import NOMINAL_FPS, Shot, Source, SourceError

MANIFEST_NAME = "manifest.csv"
RECORD_NAMES = ("cohort.json", "ingest.json")


class Record(msgspec.Struct):
    """What is asked of a cohort's record; all else of it is left alone."""

    crop: CropSpec = CropSpec()


class Row(msgspec.Struct):
    """What is asked of a row of its manifest."""

    subject: int
    view: View
    frame: int
    row: int


@dataclass(frozen=True)
class SubjectView:
    """One view of one subject, as a source.

    pixels: (rows, side, side) uint8, on disk. rows: this subject's, in the order of the clip.
    """

    name: str
    view: View
    pixels: NDArray[np.uint8]
    rows: list[Row]
    spacing_mm: tuple[float, float] | None
    fps: float = NOMINAL_FPS

    @property
    def count(self) -> int | None:
        """How many frames there are."""
        return len(self.rows)

    def shots(self) -> Iterator[Shot]:
        """Every frame, at the time of its number in the clip."""
        for row in self.rows:
            pixels = np.ascontiguousarray(self.pixels[row.row])
            time_s = (row.frame - self.rows[0].frame) / self.fps
            yield Shot(pixels, "gray8", time_s, view=self.view, spacing_mm=self.spacing_mm)


def is_cohort(folder: Path) -> bool:
    """Whether a folder holds a cohort's manifest and record."""
    return (folder / MANIFEST_NAME).is_file() and _record_path(folder) is not None


def subjects(folder: Path, spec: CropSpec) -> Iterator[tuple[int, list[Source]]]:
    """Number and clips of every subject, AR before HR.

    Raises:
        SourceError: a file is missing or damaged, or the windows are not those of the model.
    """
    crop = _read_crop(folder)
    if crop != spec:
        raise SourceError(
            f"{folder}: its windows are of {_words(crop)}, the model's of {_words(spec)}; make the "
            "cohort anew with the model's window, or choose another --bundle"
        )
    spacing_mm = None if crop.mm_per_px is None else (crop.mm_per_px, crop.mm_per_px)
    clips = _clips(folder / MANIFEST_NAME)
    pixels = {
        view: _read_pixels(folder, view) for view in VIEWS if any(key[1] == view for key in clips)
    }
    for number in sorted({subject for subject, _ in clips}):
        yield (
            number,
            [
                SubjectView(
                    f"{folder}#{number}", view, pixels[view], clips[number, view], spacing_mm
                )
                for view in VIEWS
                if (number, view) in clips
            ],
        )


def _record_path(folder: Path) -> Path | None:
    return next((folder / name for name in RECORD_NAMES if (folder / name).is_file()), None)


def _read_crop(folder: Path) -> CropSpec:
    path = _record_path(folder) or folder / RECORD_NAMES[0]
    try:
        return msgspec.json.decode(path.read_bytes(), type=Record).crop
    except (OSError, msgspec.DecodeError) as error:
        raise SourceError(f"{path}: cannot be read: {error}; make the cohort again") from error


def _clips(path: Path) -> dict[tuple[int, View], list[Row]]:
    """Rows of each subject and view, in the order of their clips."""
    clips: dict[tuple[int, View], list[Row]] = {}
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = [msgspec.convert(fields, Row, strict=False) for fields in csv.DictReader(file)]
    except (OSError, UnicodeDecodeError, csv.Error, msgspec.ValidationError) as error:
        raise SourceError(f"{path}: not a cohort's manifest: {error}") from error
    for row in sorted(rows, key=lambda row: (row.subject, row.view, row.frame)):
        clips.setdefault((row.subject, row.view), []).append(row)
    return clips


def _read_pixels(folder: Path, view: View) -> NDArray[np.uint8]:
    path = folder / f"{view}.npy"
    try:
        return np.asarray(np.load(path, mmap_mode="r", allow_pickle=False), np.uint8)
    except (OSError, ValueError) as error:
        raise SourceError(f"{path}: cannot be read: {error}; make the cohort again") from error


def _words(crop: CropSpec) -> str:
    scale = "the image's own scale" if crop.mm_per_px is None else f"{crop.mm_per_px:g} mm a pixel"
    return f"{crop.size} px at {scale}"
