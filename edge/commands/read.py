"""`python -m edge read`: files read as the daemon reads a scanner."""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import IO, get_args

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from edge import config
from edge.commands.arguments import (
    OF_BUNDLE,
    add_bundle,
    exam_id,
    given,
    quiet_libraries,
    source_of,
    spacing_mm,
)
from edge.contract.bundle import BundleError
from edge.contract.grading import VIEWS
from edge.offline.exams import OfflineExam, find
from edge.offline.play import Offline
from edge.offline.rows import AnyRow, EstimateRow, Row, estimate_row, rows_of
from edge.offline.writers import FORMATS, Format, WriteError, check_format, new_file, write
from edge.opening import open_runner
from edge.providers import ProviderError
from edge.reading import RuleId
from edge.runner import ModelError
from edge.scanner.playlist import Overrides, total
from edge.scanner.source import SourceError
from edge.scanner.stopping import StopFlag, stop_signals

HELP = "read files as the daemon would: a row for each exam and view, or each estimate"

DESCRIPTION = """\
Reads PATHS as the daemon reads a scanner, as fast as it goes, and gives the final reading: one row
for each exam and view, with the wire's field names (docs/protocol.md). A PATH is a video, a DICOM
file, an image, `virtual:...` as in `feed`, or a folder: of images (one clip), of videos or DICOM
files (an exam each), or a cohort of `python -m train` (an exam for each subject).
With --estimates it gives what the daemon would publish of each frame instead.
Research use only, not a medical device.
"""

EPILOG = """\
examples:
  python -m edge read clip.mkv --view AR --spacing-mm 0.31 0.31
  python -m edge read ar.dcm hr.dcm --exam study-7            two files of one exam
  python -m edge read clips/ --view AR --format csv --out readings.csv
  python -m edge read virtual:fat=12 virtual:fat=12,view=HR --exam both   AR, HR and AR+HR
  python -m edge read runs/cohort --format parquet --out readings.parquet
  python -m edge read runs/cohort --estimates --out estimates.json   for python -m train measure

The same frames give the same reading as from the daemon, on one provider bit for bit. Times between
frames are the file's. What is not a number but several (reasons, holds) is JSON text in a sheet.
Exit codes: 0 all was read, 1 a file broke off (its exam has no row), 2 a path or an option was
refused, 130 stopped by Ctrl-C.
"""

FLAGS = (*OF_BUNDLE, "provider", "threads", "rule")
"""Flags that stand for the setting of their name."""


@dataclass
class Failures:
    """How many exams could not be read to their end."""

    count: int = 0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.description, parser.epilog = DESCRIPTION, EPILOG
    add = parser.add_argument
    add("paths", nargs="+", metavar="PATH", help="what to read")
    add("--view", choices=VIEWS, help="view of all of it (default: what the source says)")
    add("--exam", type=exam_id, metavar="ID", help="all PATHS are this one exam, in this order")
    add("--scanner", default="offline", metavar="NAME", type=exam_id, help="name in the rows")
    add("--estimates", action="store_true", help="a row for each frame's estimate of each view")
    add("--format", choices=FORMATS, default="json", help="JSON lines (default), or a sheet")
    add("--out", type=Path, metavar="FILE", help="write here (default: standard output)")
    add(
        "--spacing-mm",
        type=spacing_mm,
        nargs=2,
        metavar=("ROWS", "COLS"),
        help="mm per pixel, down and across (default: what the source says)",
    )
    add("--rule", choices=get_args(RuleId), help="of the verdict; see docs/reading.md")
    add("--config", type=Path, metavar="FILE", help="settings of the daemon: bundle, rule ...")
    add_bundle(parser)
    add("--provider", choices=("auto", "cpu", "cuda", "tensorrt"), help="what runs the model")
    add("--threads", type=int, metavar="N", help="threads of one inference (1)")


def run(args: argparse.Namespace) -> int:
    """Read everything; returns the exit code."""
    errors = Console(stderr=True, soft_wrap=True, markup=False, highlight=False)
    quiet_libraries()
    try:
        check_format(args.format)
        _check_out(args)
        settings = config.load(args.config, given(args, FLAGS))
        _, runner = open_runner(settings, source_of(args))
        exams = find(args.paths, args.exam, runner.crop)
        offline = Offline(runner, args.scanner, settings.rule, _shots_as(args))
        with stop_signals() as stopped:
            failures = _read(offline, exams, args, errors, stopped)
    except (
        config.ConfigError,
        BundleError,
        ProviderError,
        ModelError,
        SourceError,
        WriteError,
    ) as error:
        errors.print(f"steatoscope: {error}")
        return 2
    if stopped():
        return 130
    return 1 if failures.count else 0


def _read(
    offline: Offline,
    exams: Sequence[OfflineExam],
    args: argparse.Namespace,
    errors: Console,
    stopped: StopFlag,
) -> Failures:
    failures = Failures()
    with _bar(errors) as bar, _file(args.out) as file:
        of = EstimateRow if args.estimates else Row
        write(_rows(offline, exams, of, bar, failures, stopped), of, args.format, file)
    return failures


def _rows(
    offline: Offline,
    exams: Sequence[OfflineExam],
    of: type[AnyRow],
    bar: Progress,
    failures: Failures,
    stopped: StopFlag,
) -> Iterator[AnyRow]:
    """Rows of each exam once it has been read to its end; one that breaks off has none."""
    counts = [total(exam.parts, loop=False) for exam in exams]
    frames = None if None in counts else sum(count or 0 for count in counts)
    task = bar.add_task("frames", total=frames)

    def told() -> bool:
        bar.advance(task)
        return stopped()

    for exam in exams:
        try:
            rows = _exam_rows(offline, exam, of, told)
        except SourceError as error:
            failures.count += 1
            bar.console.print(f"steatoscope: {error}; {exam.exam} has no row")
            continue
        if stopped():
            return
        if rows and all(row.view is None for row in rows):
            bar.console.print(f"steatoscope: {exam.source}: no view is known; say --view AR or HR")
        yield from rows


def _exam_rows(
    offline: Offline, exam: OfflineExam, of: type[AnyRow], told: Callable[[], bool]
) -> list[AnyRow]:
    if of is EstimateRow:
        return [estimate_row(exam, estimate) for estimate in offline.estimates(exam, told)]
    played = offline.read(exam, told)
    return list(rows_of(exam, played.reading, played.unknown))


def _bar(errors: Console) -> Progress:
    """Frames read, on a terminal; nothing where the output is no terminal."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=errors,
        disable=not errors.is_terminal,
        refresh_per_second=4,
    )


def _file(out: Path | None) -> AbstractContextManager[IO[bytes]]:
    return nullcontext(sys.stdout.buffer) if out is None else new_file(out)


def _check_out(args: argparse.Namespace) -> None:
    form: Format = args.format
    if form == "parquet" and args.out is None:
        raise WriteError("--format parquet is no text: say where to write it with --out FILE")


def _shots_as(args: argparse.Namespace) -> Overrides:
    spacing = tuple(args.spacing_mm) if args.spacing_mm else None
    return Overrides(view=args.view, spacing_mm=spacing)
