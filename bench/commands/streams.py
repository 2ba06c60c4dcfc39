"""`python -m bench streams`: how many scanners this machine carries."""

import argparse
from collections.abc import Callable

import msgspec
from rich.console import Console

from bench import outputs, result
from bench.capacity import Point, measure_point, search
from bench.case import Case
from bench.commands.cases import add_length, add_setting, case_of, number
from bench.progress import progress
from bench.statistics import histogram, quantiles

DESCRIPTION = """\
Runs one daemon with more and more scanners at 30 fps each, all frames over real sockets, and finds
how many it carries: no frame lost, and 99 of 100 answered before the next one is due. Publishers
and viewer run on the same machine and are part of its load.
"""

EPILOG = """\
examples:
  python -m bench streams                       search, then confirm
  python -m bench streams --scanners 6          this one point
  python -m bench streams --precision int8 --html streams.html

A number counts as carried where it held in two of three tries of --seconds each; the number above
must then have failed in two of three. Exit codes: 0 measured (with --scanners: and carried);
1 not carried, or it could not be measured; 2 the bundle or an option was refused.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.description, parser.epilog = DESCRIPTION, EPILOG
    add_length(parser, seconds=5)
    add_setting(parser)
    add = parser.add_argument
    add("--scanners", type=number(int, 1, 64), metavar="N", help="try this number only")
    add("--most", type=number(int, 1, 64), default=32, metavar="N", help="search up to here (32)")
    add("--fps", type=number(float, 0, 240), default=30.0, metavar="N", help="of each scanner (30)")
    add("--precision", choices=("auto", "fp32", "int8"), default="auto", help="(auto)")
    outputs.add_outputs(parser)


def run(args: argparse.Namespace) -> int:
    """Search, show, write; returns the exit code."""
    points: list[Point] = []

    def measured(console: Console) -> list[result.Row]:
        case = case_of(args, fps=args.fps, precision=args.precision)
        with progress(console, args.most) as told:
            points.extend(_points(case, args, told))
        return [row(case, point, args.fps) for point in points]

    code = outputs.report(args, measured)
    return 1 if args.scanners and not code and not points[0].carried else code


def _points(case: Case, args: argparse.Namespace, told: Callable[[str, int], None]) -> list[Point]:
    def attempt(scanners: int) -> Point:
        told(f"{scanners} scanners", scanners)
        return measure_point(msgspec.structs.replace(case, streams=scanners))

    if args.scanners:
        return [attempt(args.scanners)]
    return search(attempt, args.most)


def row(case: Case, point: Point, fps: float) -> result.Row:
    """What one number of scanners came to; the try in the middle stands for it."""
    whole = point.typical
    return result.Row(
        kind="streams",
        case=f"{point.scanners} scanner{'s' if point.scanners > 1 else ''} at {fps:g} fps",
        precision=point.precision,
        provider=point.provider,
        journal=case.journal,
        transport=case.transport,
        fps=fps,
        e2e_ms=quantiles(whole.timeline.e2e_ms),
        infer_ms=quantiles(whole.timeline.infer_ms),
        overhead_ms=quantiles(whole.timeline.overhead_ms),
        streams=point.scanners,
        frames=result.Frames(warm_up=0, sent=whole.sent, estimates=whole.timeline.seq.size),
        cpu_ms_per_frame=whole.cpu_ms,
        verdict="carried" if point.carried else "not carried",
        histogram=histogram(whole.timeline.e2e_ms),
    )
