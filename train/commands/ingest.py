"""`python -m train ingest`: crop the images that a manifest lists into training data."""

import argparse
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from edge.contract.crop import CropSpec
from train.cohort import CohortError
from train.commands.arguments import add_out, scale_mm
from train.ingest.ingesting import ingest
from train.ingest.problem import ManifestError

HELP = (
    "Crop DICOM files, videos, images, folders of images, virtual cohorts and Byra's public .mat, "
    "as a manifest lists them with their liver fat, into a folder to train on. Every row is "
    "checked before anything is written, and all that is wrong is listed at once."
)
EXAMPLE = (
    "Example: `python -m train ingest manifest.csv --out data`, then `python -m train fit data "
    "--out run`. The manifest is CSV or Parquet with the columns subject, view (AR or HR), path "
    "(relative to the manifest), hmrs_pct and, where needed, first_frame, last_frame (inclusive, "
    "from 0), clip, spacing_mm: docs/training-data.md. A killed run is run again with the same "
    "command; it starts anew."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments."""
    parser.add_argument("manifest", type=Path, help="CSV or Parquet file that lists the images")
    add_out(parser, "new folder to make")
    parser.add_argument(
        "--crop-mm-per-px",
        type=scale_mm,
        metavar="X",
        default=argparse.SUPPRESS,
        help="resample every frame to this scale before the window is cut; without it, images "
        "keep their own resolution, as in the paper",
    )


def run(args: argparse.Namespace) -> int:
    """Check, crop, and say what the folder holds."""
    console = Console()
    columns = (TextColumn("{task.description:8}"), BarColumn(), MofNCompleteColumn())
    bars = Progress(*columns, TimeRemainingColumn(), console=console)
    try:
        with _without_frame_times(), bars as progress:
            spec = CropSpec(mm_per_px=getattr(args, "crop_mm_per_px", None))
            record = ingest(args.manifest, args.out, spec, _Bars(progress))
    except (ManifestError, CohortError, OSError) as error:
        console.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
        return 1
    frames = ", ".join(f"{count} {view}" for view, count in record.frames.items())
    console.print(
        f"{record.subjects} subjects, frames: {frames}, in {args.out}. Label: {record.label}. "
        "Research use only, not a medical device.",
        markup=False,
        highlight=False,
    )
    return 0


@contextmanager
def _without_frame_times() -> Iterator[None]:
    """When frames were taken plays no part here, and a warning a file would drown the others."""
    logger = logging.getLogger("edge.scanner.dicom.times")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(level)


class _Bars:
    """A bar for checking, then one for cropping."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task: TaskID | None = None

    def begin(self, what: str, total: int) -> None:
        """Show another bar."""
        self._task = self._progress.add_task(what, total=total)

    def step(self) -> None:
        """Move it on by one."""
        if self._task is not None:
            self._progress.advance(self._task)
