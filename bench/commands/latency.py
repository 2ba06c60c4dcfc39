"""`python -m bench latency`: how old an estimate is when a viewer gets it."""

import argparse
import math
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import get_args

from rich.console import Console

from bench import report
from bench.case import Case, FrameFormat, Transport
from bench.errors import BenchError
from bench.progress import progress
from bench.table import show
from bench.trial import measure
from edge.contract.bundle import BundleError, read_bundle
from edge.contract.grading import VIEWS
from edge.providers import Provider, ProviderError
from edge.runner import ModelError, Runner

DESCRIPTION = """\
Starts the real daemon, a scanner that sends different frames on an absolute schedule, and a
viewer, each in a process of its own on the loopback interface, and says how long it took from
each frame's sending to its estimate's arrival: percentiles, split by stage, beside the network
alone (session.run in this process, before and after). Nothing else should be running: a busy
machine shows in the tail, and its share is printed.
"""

EPILOG = """\
examples:
  python -m bench latency                               30 fps, 1024x768 gray, 10 s
  python -m bench latency --seconds 60 --json run.json  enough frames for a 99.9th percentile
  python -m bench latency --fps 60 --format jpeg        another pace, another format
  python -m bench latency --transport ipc --threads 2   a local socket, two threads

How to read it: p99 is the figure to plan with, p50 is the typical frame, max is one frame.
"overhead" is all that is not inference: sockets, waiting, cropping, median, encoding. The network
alone is slower paced than back to back, because caches and clocks cool down between frames; a
stream pays the paced price. p99.9 is left out below 1000 frames.

Exit codes: 0 measured; 1 a process failed or no estimate came; 2 the bundle, the provider or an
option was refused.
"""

MAX_FPS = 1000.0
MAX_FRAMES = 1_000_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.description, parser.epilog = DESCRIPTION, EPILOG
    add = parser.add_argument
    whole, positive = _number(int, 1, MAX_FRAMES), _number(float, 0, 86400)
    add("--fps", type=_number(float, 0, MAX_FPS), default=30.0, metavar="N", help="pace (30)")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--seconds", type=positive, default=10.0, metavar="S", help="length (10)")
    length.add_argument("--frames", type=whole, metavar="N", help="length in frames, instead")
    add("--warm-up", type=positive, default=1.0, metavar="S", help="sent before, not counted (1)")
    side = _number(int, 16, 4096)
    add("--width", type=side, default=1024, metavar="PX", help="of a frame (1024)")
    add("--height", type=side, default=768, metavar="PX", help="of a frame (768)")
    add("--format", choices=get_args(FrameFormat), default="gray8", help="of the pixels (gray8)")
    add("--transport", choices=get_args(Transport), default="tcp", help="of both hops (tcp)")
    add("--view", choices=VIEWS, default="AR", help="that the frames announce (AR)")
    add("--provider", choices=get_args(Provider), default="auto", help="what to infer on (auto)")
    add("--threads", type=_number(int, 1, 64), default=1, metavar="N", help="per inference (1)")
    add("--bundle", default="", metavar="DIR", help="model bundle; default: the built-in one")
    add("--json", type=Path, metavar="FILE", help="also write every figure here")


def run(args: argparse.Namespace) -> int:
    """Measure one case, show it, and write it down; returns the exit code."""
    errors = Console(stderr=True, soft_wrap=True, markup=False, highlight=False)
    case = case_of(args)
    if args.json and not args.json.parent.is_dir():
        errors.print(f"bench: --json {args.json}: no such folder; make it or name another")
        return 2
    # A plain SIGTERM would end this process without its children.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        runner = Runner(read_bundle(case.bundle_path), case.provider, case.threads)
        with progress(errors, case.warm_up + case.frames) as told:
            found = report.Report(rows=[measure(case, runner, told)])
    except (BundleError, ProviderError, ModelError) as error:
        errors.print(f"bench: {error}")
        return 2
    except BenchError as error:
        errors.print(f"bench: {error}")
        return 1
    Console(highlight=False).print(show(found))
    if args.json:
        report.write(found, args.json)
    return 0


def case_of(args: argparse.Namespace) -> Case:
    """What the flags ask to be measured."""
    return Case(
        fps=args.fps,
        frames=args.frames or max(1, round(args.seconds * args.fps)),
        warm_up=max(1, round(args.warm_up * args.fps)),
        width=args.width,
        height=args.height,
        format=args.format,
        transport=args.transport,
        view=args.view,
        provider=args.provider,
        threads=args.threads,
        bundle=args.bundle,
    )


def _number(kind: type[int] | type[float], lowest: float, highest: float) -> Callable[[str], float]:
    """Reads a number from `lowest` to `highest`, above 0."""

    def read(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = math.nan
        if not (lowest <= value <= highest and value > 0):
            what = "a whole number" if kind is int else "a number"
            above = f"from {lowest:g}" if lowest else "above 0"
            raise argparse.ArgumentTypeError(f"{text!r}: expected {what} {above} up to {highest:g}")
        return value

    return read
