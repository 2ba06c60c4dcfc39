"""Folders of images, and single images, as sources."""

import logging
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import cv2
import numpy as np

from edge.scanner.source import NOMINAL_FPS, Pixels, Shot, SourceError, check_sides, plain

SUFFIXES = (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".tiff", ".webp", ".pgm", ".ppm")

_LOG = logging.getLogger(__name__)


class ImageSource:
    """Image files one after the other at the nominal pace; sizes may differ.

    A file that cannot be read is left out with a warning; the others play on.
    """

    fps = NOMINAL_FPS

    def __init__(self, name: str, files: Sequence[Path]) -> None:
        """Look for one readable image; SourceError where there is none."""
        self.name = name
        self._files = files
        self.count: int | None = len(files)
        problems: list[str] = []
        for file in files:
            try:
                read_image(file)
            except SourceError as error:
                problems.append(str(error))
            else:
                return
        if len(problems) == 1:
            raise SourceError(problems[0])
        raise SourceError(f"{name}: none of its {len(files)} images can be read: {problems[0]} ...")

    def shots(self) -> Iterator[Shot]:
        """Every readable image in order."""
        played = 0
        for file in self._files:
            try:
                image = read_image(file)
            except SourceError as error:
                _LOG.warning("%s: left out", error)
                continue
            pixels, form = plain(image)
            yield Shot(pixels, form, played / self.fps)
            played += 1


def read_image(file: Path) -> Pixels:
    """One image as (H, W, 3) uint8 BGR, turned by no EXIF tag; SourceError where it is none."""
    try:
        data = np.fromfile(file, np.uint8)
        image = cv2.imdecode(data, cv2.IMREAD_COLOR | cv2.IMREAD_IGNORE_ORIENTATION)
    except OSError as error:
        raise SourceError(f"{file}: cannot be read ({error.strerror})") from error
    except cv2.error as error:
        raise SourceError(f"{file}: not an image that can be decoded") from error
    if image is None:
        raise SourceError(f"{file}: not an image that can be decoded")
    check_sides(str(file), image.shape[1], image.shape[0])
    return np.asarray(image, np.uint8)


def in_folder(folder: Path) -> list[Path]:
    """Image files of a folder in natural order (9 before 10); hidden ones are left out."""
    files = [file for file in folder.iterdir() if is_image(file) and not file.name.startswith(".")]
    if not files:
        raise SourceError(f"{folder}: holds no image ({' '.join(SUFFIXES)})")
    return sorted(files, key=natural)


def is_image(file: Path) -> bool:
    """Whether the name says that it is an image."""
    return file.suffix.lower() in SUFFIXES and file.is_file()


def natural(file: Path) -> list[tuple[int, str]]:
    """Key under which runs of digits are ordered as numbers, not letter by letter."""
    parts = re.findall(r"[0-9]+|[^0-9]+", file.name.lower())
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]
