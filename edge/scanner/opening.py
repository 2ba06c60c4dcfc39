"""From what the user named to a source."""

from pathlib import Path

from edge.scanner.dicom.source import DicomSource
from edge.scanner.images import ImageSource, in_folder, is_image
from edge.scanner.source import Source, SourceError
from edge.scanner.video import VideoSource
from edge.scanner.virtual_source import PREFIX, VirtualSource

_DICOM_SUFFIXES = (".dcm", ".dicom", ".dic")
_DICOM_MARK, _DICOM_MARK_AT = b"DICM", 128


def open_source(text: str) -> Source:
    """A video, an image, a folder of images, a DICOM file or `virtual:...`, ready to play.

    Raises:
        SourceError: it cannot be played; names it and says what is wrong.
    """
    if text.startswith(PREFIX):
        return VirtualSource(text)
    path = Path(text)
    try:
        if path.is_dir():
            return ImageSource(text, in_folder(path))
        is_dicom = _is_dicom(path)
    except FileNotFoundError as error:
        raise SourceError(f"{text}: not found") from error
    except OSError as error:
        raise SourceError(f"{text}: cannot be read ({error.strerror})") from error
    if is_dicom:
        return DicomSource(path)
    return ImageSource(text, [path]) if is_image(path) else VideoSource(path)


def _is_dicom(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(_DICOM_MARK_AT)
        return file.read(4) == _DICOM_MARK or path.suffix.lower() in _DICOM_SUFFIXES
