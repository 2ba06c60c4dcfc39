"""The public liver set of Byra et al. 2018, a MATLAB file of 55 subjects with 10 frames each.

Zenodo 1009146; Int J Comput Assist Radiol Surg 13, 1895-1903 (2018). Hepato-renal view; fat is
what a pathologist saw in a biopsy, % of hepatocytes: NOT H-MRS. The file tells no mm per pixel.
"""

import math
import zlib
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from edge.contract.crop import CropSpec
from train.ingest.clip import Clip, Frame, RefusedError, check_empty, check_frame
from train.ingest.rows import Row

SUFFIX = ".mat"
VARIABLE = "data"
FIELDS = ("id", "class", "fat", "images")
"""Of the struct array `data`, 1 x subjects; images are uint8 (10, 434, 636)."""

_OWN = ("subject", "hmrs_pct", "first_frame", "last_frame", "clip")
_DOWNLOAD = "download it again from Zenodo, record 1009146"

# What SciPy is seen to raise on files that are cut short, damaged or of another kind.
_BROKEN = (OSError, TypeError, ValueError, KeyError, IndexError, EOFError, zlib.error)


class ByraError(ValueError):
    """A .mat file that is not the public liver set; names the file and the field."""


class ByraSubject(NamedTuple):
    """number: `id`. fat_pct: histological, 0-100 %. images: (frames, H, W) uint8."""

    number: int
    fat_pct: float
    images: NDArray[np.uint8]


class ByraMaterial:
    """All subjects of the file; their frames are in memory only while they are read."""

    draw = None

    def __init__(self, row: Row, spec: CropSpec) -> None:
        """Read the whole file once, to know that it is sound.

        Raises:
            RefusedError: it is not, or the row tells what the file tells.
        """
        self.row = row
        problems = check_empty(row, _OWN, "Byra's file brings its own")
        if row.view == "AR":
            problems.append(row.problem("view", "Byra's frames are hepato-renal", "write HR"))
        try:
            subjects = read_byra(row.path)
            for subject in subjects:
                check_frame(row, next(self._frames(subject)), spec)
        except ByraError as error:
            problems.append(row.problem("path", str(error), _DOWNLOAD))
        except RefusedError as error:
            problems += error.problems
        if problems:
            raise RefusedError(problems)
        self.count = sum(len(subject.images) for subject in subjects)

    def clips(self) -> Iterator[Clip]:
        """A clip for each subject."""
        for subject in read_byra(self.row.path):
            name = f"byra2018:{subject.number}"  # ":" is in no name that a manifest can give
            yield Clip(
                row=self.row,
                subject=name,
                view="HR",
                hmrs_pct=subject.fat_pct,
                label="histology",
                name=name,
                frames=partial(self._frames, subject),
            )

    def _frames(self, subject: ByraSubject) -> Iterator[Frame]:
        own = self.row.spacing_mm
        for number, image in enumerate(subject.images):
            yield Frame(number, image, None if own is None else (own, own))


def read_byra(path: Path) -> list[ByraSubject]:
    """Subjects in the order of the file.

    Raises:
        ByraError: the file is no such set; names file and field.
    """
    from scipy.io import loadmat

    try:
        found = loadmat(path, variable_names=[VARIABLE])
    except NotImplementedError as error:
        raise ByraError(f"{path}: a MATLAB 7.3 file, which Byra's is not") from error
    except _BROKEN as error:
        raise ByraError(f"{path}: not a MATLAB file that can be read") from error
    data = found.get(VARIABLE)
    if data is None or data.dtype.names is None or data.size == 0:
        raise ByraError(f"{path}: holds no struct array {VARIABLE!r}")
    if missing := [name for name in FIELDS if name not in data.dtype.names]:
        raise ByraError(f"{path}: {VARIABLE} has no field {', '.join(missing)}")
    subjects = [_subject(path, at, entry) for at, entry in enumerate(data.ravel())]
    numbers = [subject.number for subject in subjects]
    if doubled := sorted({number for number in numbers if numbers.count(number) > 1}):
        raise ByraError(f"{path}: field id: {doubled[0]} belongs to two subjects")
    return subjects


def _subject(path: Path, at: int, entry: Any) -> ByraSubject:
    place = f"{path}: {VARIABLE}[{at}]"
    number = _number(place, "id", entry["id"])
    fat_pct = _number(place, "fat", entry["fat"])
    if not number.is_integer():
        raise ByraError(f"{place}, field id: {number:g} is not a whole number")
    if not 0 <= fat_pct <= 100:
        raise ByraError(f"{place}, field fat: {fat_pct:g} is not 0 to 100 %")
    images = entry["images"]
    if images.dtype != np.uint8 or images.ndim != 3 or images.size == 0:
        raise ByraError(
            f"{place}, field images: {images.dtype} {images.shape}, not uint8 (frames, H, W)"
        )
    return ByraSubject(int(number), fat_pct, images)


def _number(place: str, name: str, value: NDArray[Any]) -> float:
    if value.size != 1 or value.dtype.kind not in "iuf" or not math.isfinite(value.item()):
        raise ByraError(f"{place}, field {name}: not one number")
    return float(value.item())
