"""DICOM, video, images and folders of images, read as a stand-in scanner reads them."""

from collections.abc import Iterator
from functools import partial
from itertools import islice

from edge.contract.crop import CropSpec, Gray
from edge.contract.pixels import decode
from edge.scanner.images import in_folder, read_image
from edge.scanner.opening import open_source
from edge.scanner.source import Shot, Source, SourceError
from edge.scanner.video import VideoSource
from train.ingest.clip import Clip, Frame, RefusedError, check_frame
from train.ingest.problem import Problem
from train.ingest.rows import LABELLING, Row

UNREADABLE = "export it again, or leave it out"


class PlayedMaterial:
    """The frames of a row's file, or those of its range."""

    draw = None

    def __init__(self, row: Row, spec: CropSpec) -> None:
        """Open the file and look at its first frame.

        Raises:
            RefusedError: the row does not say whose it is, or the file or the range will not do.
        """
        self.row = row
        problems = _unlabelled(row) + _unreadable_images(row)
        try:
            self._source = open_source(str(row.path))
            self.count, short = _frames_in_range(self._source, row)
            problems += short
            check_frame(row, next(self._frames(0)), spec)
        except SourceError as error:
            problems = problems or [source_problem(row, error)]
        except RefusedError as error:
            problems += error.problems
        if problems:
            raise RefusedError(problems)

    def clips(self) -> Iterator[Clip]:
        """The one clip of the row."""
        row = self.row
        if row.subject is not None and row.view is not None and row.hmrs_pct is not None:
            yield Clip(
                row=row,
                subject=row.subject,
                view=row.view,
                hmrs_pct=row.hmrs_pct,
                label="h-mrs",
                name=row.clip or f"row{row.number}",
                frames=partial(self._frames, row.first_frame),
            )

    def _frames(self, first: int) -> Iterator[Frame]:
        last = self.row.last_frame
        stop = None if last is None else last + 1
        number = first - 1
        for number, shot in enumerate(islice(self._source.shots(), first, stop), start=first):
            yield Frame(number, to_gray(shot), self._spacing(shot))
        if number < (first if last is None else last):
            column = "first_frame" if number < first else "last_frame"
            reason = "the file ends before that frame, whatever its container announces"
            raise RefusedError([self.row.problem(column, reason, "name frames that it has")])

    def _spacing(self, shot: Shot) -> tuple[float, float] | None:
        own = self.row.spacing_mm
        return shot.spacing_mm if own is None else (own, own)


def to_gray(shot: Shot) -> Gray:
    """(H, W) uint8 luma, by the very code that the daemon decodes a frame message with."""
    height, width = shot.pixels.shape[:2]
    return decode(shot.pixels.data.cast("B"), shot.format, width, height)


def source_problem(row: Row, error: SourceError) -> Problem:
    """A file that cannot be read; its own text without the name, which the row gives."""
    return row.problem("path", str(error).removeprefix(f"{row.path}: "), UNREADABLE)


def _unlabelled(row: Row) -> list[Problem]:
    """Empty cells that only the manifest can fill."""
    return [
        row.problem(column, "empty", "only a virtual cohort or Byra's .mat may leave it empty")
        for column in LABELLING
        if not row.cells.get(column) and column in row.cells
    ]


def _unreadable_images(row: Row) -> list[Problem]:
    """Every bad file of a folder: playing leaves them out, which would renumber the frames."""
    if not row.path.is_dir():
        return []
    problems = []
    try:
        files = in_folder(row.path)
    except SourceError as error:
        return [source_problem(row, error)]
    for file in files:
        try:
            read_image(file)
        except SourceError as error:
            reason = f"{file.name}{str(error).removeprefix(str(file))}"
            problems.append(row.problem("path", reason, UNREADABLE))
    return problems


def _frames_in_range(source: Source, row: Row) -> tuple[int, list[Problem]]:
    """Frames that the row will give, and a problem where its range reaches beyond the file."""
    asked = row.first_frame if row.last_frame is None else row.last_frame
    count = source.count
    if isinstance(source, VideoSource) and (count is None or asked >= count):
        count = source.counted()  # a container's count is a claim
    if count is None:
        return 0, []
    if asked >= count:
        column = "first_frame" if row.first_frame >= count else "last_frame"
        return 0, [_beyond(row, column, count)]
    last = count - 1 if row.last_frame is None else row.last_frame
    return last - row.first_frame + 1, []


def _beyond(row: Row, column: str, count: int) -> Problem:
    reason = f"beyond the file, which has {count} frame{'s' if count != 1 else ''}"
    return row.problem(column, reason, f"write 0 to {max(0, count - 1)}, or leave the cell empty")
