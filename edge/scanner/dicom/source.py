"""A DICOM file as a source, decoded frame by frame."""

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from edge.scanner.dicom.header import read_header, refused
from edge.scanner.dicom.pixels import COLOUR_SPACES, to_display
from edge.scanner.dicom.region import bmode_region
from edge.scanner.dicom.times import frame_times
from edge.scanner.source import Pixels, Shot, SourceError, check_sides, plain

if TYPE_CHECKING:
    from pydicom import Dataset

_LOG = logging.getLogger(__name__)

_REMEDY = "export it uncompressed or as JPEG, or as a video file"


class DicomSource:
    """A DICOM ultrasound clip or still: its B-mode region, at its own times."""

    def __init__(self, path: Path) -> None:
        """Read the header and try the first and the last frame; SourceError where it cannot play.

        A file that was cut short fails on its last frame, before anything was sent.
        """
        self.name = str(path)
        self._path = path
        self._header = header = read_header(path)
        with refused(f"{path}: a tag of its image or its times is missing or wrong"):
            _check_decoder(header, self.name)
            frames = max(1, int(header.get("NumberOfFrames") or 1))
            self._region = bmode_region(header, self.name)
            self._times_s, self.fps = frame_times(header, frames, self.name)
        self.count: int | None = frames
        height, width = (side.stop - side.start for side in self._region[:2])
        check_sides(self.name, width, height)
        for _ in self._displayed(list(dict.fromkeys((0, frames - 1)))):
            pass
        self._warn_of_text()

    def shots(self) -> Iterator[Shot]:
        """Every frame; SourceError where one cannot be decoded."""
        images = self._displayed(None)
        for time_s, image in zip(self._times_s, images, strict=False):
            pixels, form = plain(image, "rgb8")
            yield Shot(pixels, form, time_s, spacing_mm=self._region.spacing_mm)

    def _displayed(self, frames: Sequence[int] | None) -> Iterator[Pixels]:
        """The region of the given frames, or of all, as 8-bit gray or RGB."""
        from pydicom.pixels import iter_pixels

        problem = (
            f"{self.name}: its pixel data cannot be decoded: it is cut short, damaged or of a "
            f"variant that no installed decoder knows; copy it again, or {_REMEDY}"
        )
        with refused(problem):
            # Given the path, pydicom reads one frame at a time: a long clip is never in memory.
            for samples in iter_pixels(self._path, indices=frames):
                yield to_display(samples[self._region.rows, self._region.columns], self._header)

    def _warn_of_text(self) -> None:
        whole = slice(0, int(self._header.Rows)), slice(0, int(self._header.Columns))
        if self._region[:2] == whole and self._header.get("BurnedInAnnotation") == "YES":
            _LOG.warning(
                "%s: says that text is burned into its image, and the full frame is played: "
                "whoever receives it may read that text",
                self.name,
            )


def _check_decoder(header: "Dataset", name: str) -> None:
    """Raise SourceError unless the pixel data is of a kind that can be decoded here."""
    from pydicom.pixels import get_decoder

    if header.get("Rows") is None or header.get("PhotometricInterpretation") is None:
        raise SourceError(f"{name}: holds no image (it may be a report or a measurement)")
    syntax = header.file_meta.TransferSyntaxUID
    try:
        decoder = get_decoder(syntax)
    except NotImplementedError:
        raise SourceError(
            f"{name}: its pixels are {syntax.name}: not supported; {_REMEDY}"
        ) from None
    if syntax.is_deflated:
        raise SourceError(f"{name}: it is wholly deflated, which is not supported; {_REMEDY}")
    if not decoder.is_available:
        missing = [part.partition(" - requires ")[2] for part in decoder.missing_dependencies]
        raise SourceError(
            f"{name}: its pixels are {syntax.name}, which needs {', or '.join(missing)}; "
            f"install that, or {_REMEDY}"
        )
    if header.PhotometricInterpretation not in COLOUR_SPACES:
        raise SourceError(
            f"{name}: its colour space is none of {', '.join(COLOUR_SPACES)}; {_REMEDY}"
        )
