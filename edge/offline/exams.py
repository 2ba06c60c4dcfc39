"""From what the user named to exams: which files are read together."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from edge.contract.crop import CropSpec
from edge.offline.cohort import is_cohort, subjects
from edge.scanner.images import in_folder, is_image, natural
from edge.scanner.opening import open_source
from edge.scanner.source import Source, SourceError
from edge.scanner.virtual_source import PREFIX


class OfflineExam(NamedTuple):
    """One exam.

    source: what the user named, or the file of it. exam: its id, in the wire's letters. parts: the
    clips, in the order in which they are read.
    """

    source: str
    exam: str
    parts: list[Source]


def find(paths: Sequence[str], together: str | None, spec: CropSpec) -> list[OfflineExam]:
    """The exams behind some paths.

    Args:
        paths: files, folders and `virtual:...`.
        together: id of the one exam that all of them are of; None: each file is an exam of its
            own, `exam-1`, `exam-2` and so on, and so is each subject of a cohort.
        spec: window of the model, which that of a cohort must be.

    Raises:
        SourceError: one cannot be read; names it and says what is wrong.
    """
    found = [each for path in paths for each in _expand(path, spec)]
    if together is None:
        return [
            OfflineExam(source, f"exam-{number}", parts)
            for number, (source, parts) in enumerate(found, 1)
        ]
    parts = [part for _, own in found for part in own]
    return [OfflineExam(", ".join(paths), together, parts)]


def _expand(text: str, spec: CropSpec) -> list[tuple[str, list[Source]]]:
    """Sources that belong together, each with its name."""
    path = Path(text)
    if text.startswith(PREFIX) or not path.is_dir():
        return [(text, [open_source(text)])]
    if is_cohort(path):
        return [(f"{text}#{number}", parts) for number, parts in subjects(path, spec)]
    return _folder(text, path)


def _folder(text: str, folder: Path) -> list[tuple[str, list[Source]]]:
    """All images of a folder are one clip; every other file is one of its own."""
    files = [file for file in folder.iterdir() if file.is_file() and file.name[0] != "."]
    clips = sorted((file for file in files if not is_image(file)), key=natural)
    if len(clips) == len(files) and not files:
        raise SourceError(
            f"{text}: an empty folder; name a folder of images, videos or DICOM files"
        )
    found = [(str(file), [open_source(str(file))]) for file in clips]
    if len(clips) < len(files):
        in_folder(folder)
        found.insert(0, (text, [open_source(text)]))
    return found
