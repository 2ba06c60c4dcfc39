"""`python -m edge fan`: what is found of the scan sector in a file."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import cv2
import msgspec
from rich.console import Console
from rich.progress import track

from edge.contract.bundle import builtin_path, read_bundle
from edge.contract.crop import CropSpec, Gray
from edge.contract.pixels import decode
from edge.fan.detect import Fan
from edge.fan.estimate import FanEstimate
from edge.fan.overlay import draw
from edge.fan.placing import scale_of, window_corners
from edge.fan.report import FanReport, report
from edge.fan.shape import Floats
from edge.scanner.opening import open_source
from edge.scanner.source import Shot, SourceError

HELP = "show where the scan sector is found in a file's frames"

DESCRIPTION = """\
Looks for the picture's outline in the frames of PATH, as the daemon does: apex, radii, half angle
and tilt of a convex probe's sector, or the straight edges of a linear one, and prints it as JSON.
--out draws it: outline green, centre line yellow, the network's window blue.
PATH is what `feed` plays: a video, an image, a folder, a DICOM file or virtual:KEY=VALUE,...
"""

EPILOG = """\
examples:
  python -m edge fan clip.mkv --out overlay.png      over all frames, drawn over the last
  python -m edge fan clip.mkv --frames 8             what is known after eight frames
  python -m edge fan stills/ --each --out overlays/  every image by itself, one JSON line each
  python -m edge fan virtual:seed=7,preset=multi

mm_per_px is taken from the probe's face, whose radius is 50 to 60 mm in abdominal probes: 55 is
assumed, so it is right to 9 %. The header's spacing_mm wins over it wherever there is one.
Exit codes: 0 found, 1 no fan (in any of them, with --each), 2 PATH or an option was refused.
Research use only; not a medical device.
"""


class Found(NamedTuple):
    """What is known of the fan after a frame."""

    gray: Gray
    spacing_mm: tuple[float, float] | None
    fan: Fan | None
    settled: bool
    frames: int


class Line(FanReport, frozen=True, kw_only=True):
    """A line of the output."""

    frame: int
    """Number of the frame, from 0, after which this was known."""
    width: int
    height: int
    settled: bool
    """Two looks in a row agreed."""
    spacing_mm: tuple[float, float] | None
    """The header's mm per pixel, rows and columns."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.description, parser.epilog = DESCRIPTION, EPILOG
    parser.add_argument("path", metavar="PATH", help="what to look at")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="draw it into this image; a folder with --each"
    )
    parser.add_argument("--frames", type=_count, metavar="N", help="look at the first N frames")
    parser.add_argument(
        "--each", action="store_true", help="every frame by itself, as if it were the first"
    )


def run(args: argparse.Namespace) -> int:
    """Look, print, draw; returns the exit code."""
    try:
        found = list(_look(args.path, args.frames, each=args.each))
        if args.out:
            _draw_all(found, args.out, each=args.each)
    except (SourceError, OSError) as error:
        print(f"steatoscope: {error}", file=sys.stderr)
        return 2
    for one in found:
        print(msgspec.json.encode(_line(one)).decode())
    return 0 if any(one.fan is not None for one in found) else 1


def _look(path: str, frames: int | None, *, each: bool) -> Iterator[Found]:
    """The fan after the last frame, or of every frame by itself."""
    source = open_source(path)
    total = source.count if frames is None else min(frames, source.count or frames)
    console = Console(stderr=True)
    shots = track(
        _first(source.shots(), frames),
        "looking",
        total,
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    estimate, last = FanEstimate(), None
    for number, shot in enumerate(shots):
        gray = _gray(shot)
        if each:
            estimate = FanEstimate()
        fan = estimate.see(gray)
        last = Found(gray, shot.spacing_mm, fan, estimate.settled, number)
        if each:
            yield last
    if last is not None and not each:
        yield last


def _first(shots: Iterator[Shot], frames: int | None) -> Iterator[Shot]:
    for number, shot in enumerate(shots):
        if number == frames:
            return
        yield shot


def _gray(shot: Shot) -> Gray:
    height, width = shot.pixels.shape[:2]
    return decode(shot.pixels.tobytes(), shot.format, width, height)


def _line(found: Found) -> Line:
    return Line(
        **msgspec.structs.asdict(report(found.fan)),
        frame=found.frames,
        width=found.gray.shape[1],
        height=found.gray.shape[0],
        settled=found.settled,
        spacing_mm=found.spacing_mm,
    )


def _draw_all(found: list[Found], out: Path, *, each: bool) -> None:
    spec = read_bundle(builtin_path()).manifest.crop
    if each:
        out.mkdir(parents=True, exist_ok=True)
    for one in found:
        path = out / f"{one.frames:05d}.png" if each else out
        _write(path, draw(one.gray, one.fan, _window(one, spec)))


def _window(found: Found, spec: CropSpec) -> Floats | None:
    """The built-in networks' window, placed by the fan; None where nothing tells its size."""
    _, spacing_mm = scale_of(found.fan, found.spacing_mm)
    if spacing_mm is None:
        return None
    height, width = found.gray.shape
    middle = found.fan.middle if found.fan else ((width - 1) / 2, (height - 1) / 2)
    return window_corners(spec, spacing_mm, middle)


def _write(path: Path, image: Gray) -> None:
    try:
        _, data = cv2.imencode(path.suffix, image)
    except cv2.error as error:
        raise SourceError(f"--out {path}: name an image, such as overlay.png") from error
    path.write_bytes(data.tobytes())


def _count(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text!r}: expected a number of frames, at least 1")
    return number
