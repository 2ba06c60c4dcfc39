"""The few attributes of a DICOM file that playing it needs; everything else stays unread.

Names, numbers and dates of a patient are never parsed, so that nothing can print or log them.
"""

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from edge.scanner.source import SourceError

if TYPE_CHECKING:
    from pydicom import Dataset

TAGS = (
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "NumberOfFrames",
    "Rows",
    "Columns",
    "BitsAllocated",
    "BitsStored",
    "PixelRepresentation",
    "WindowCenter",
    "WindowWidth",
    "RescaleIntercept",
    "RescaleSlope",
    "RedPaletteColorLookupTableDescriptor",
    "GreenPaletteColorLookupTableDescriptor",
    "BluePaletteColorLookupTableDescriptor",
    "RedPaletteColorLookupTableData",
    "GreenPaletteColorLookupTableData",
    "BluePaletteColorLookupTableData",
    "SegmentedRedPaletteColorLookupTableData",
    "SegmentedGreenPaletteColorLookupTableData",
    "SegmentedBluePaletteColorLookupTableData",
    "FrameTime",
    "FrameTimeVector",
    "CineRate",
    "RecommendedDisplayFrameRate",
    "SequenceOfUltrasoundRegions",
    "PixelSpacing",
    "BurnedInAnnotation",
)

# What pydicom is seen to raise on files that are cut short or damaged.
_BROKEN = (
    AttributeError,
    EOFError,
    IndexError,
    KeyError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
)


@contextmanager
def refused(message: str) -> Iterator[None]:
    """Turn what pydicom raises on a broken file into SourceError(message).

    pydicom's own text may quote values of the file, so it is neither repeated nor chained.
    """
    from pydicom.errors import BytesLengthException

    try:
        yield
    except SourceError:
        raise
    except (*_BROKEN, BytesLengthException) as error:
        raise SourceError(f"{message} [{type(error).__name__}]") from None


def read_header(path: Path) -> "Dataset":
    """The attributes TAGS of a DICOM file, and its file meta information.

    Raises:
        SourceError: pydicom is not installed, or the file is no DICOM file or is cut short.
    """
    try:
        from pydicom import dcmread
        from pydicom.errors import InvalidDicomError
    except ModuleNotFoundError as error:
        raise SourceError(
            f"{path}: reading DICOM needs pydicom: pip install 'steatoscope[dicom]'"
        ) from error
    with refused(f"{path}: cut short or damaged before its pixel data; copy or export it again"):
        try:
            with path.open("rb") as file:
                header = dcmread(file, stop_before_pixels=True, specific_tags=list(TAGS))
                # Reading stops at the pixel data, or at the end where there is none.
                has_pixels = bool(file.read(1))
        except InvalidDicomError:
            raise SourceError(f"{path}: not a DICOM file (no DICM mark)") from None
    if not has_pixels:
        raise SourceError(
            f"{path}: holds no pixel data: a report or a measurement, or a file that was cut short"
        )
    return header
