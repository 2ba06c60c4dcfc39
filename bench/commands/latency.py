"""`python -m bench latency`: how old an estimate is when a viewer gets it."""

import argparse

from rich.console import Console

from bench import outputs, result
from bench.case import Case
from bench.commands.cases import add_axes, add_length, add_setting, cases_of
from bench.errors import MissingError
from bench.progress import progress
from bench.trial import measure
from edge.contract.bundle import read_bundle
from edge.runner import Runner

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
  python -m bench latency --fps 30 --fps 60 --fps fast  three cases; "fast" tells the most it can
  python -m bench latency --matrix transport            tcp, ipc, and tcp with keys (CURVE)
  python -m bench latency --matrix precision --html run.html

How to read it: p99 is the figure to plan with, p50 is the typical frame, max is one frame; jitter
is the mean step from a frame to the next. "overhead" is all that is not inference: sockets,
waiting, cropping, median, encoding. The network alone is slower paced than back to back, because
caches and clocks cool down between frames; a stream pays the paced price. p99.9 is left out below
1000 frames. Cases are run one after the other: to compare two of them to a few per cent, use
`python -m bench compare`.

Exit codes: 0 measured; 1 a process failed or no estimate came; 2 the bundle, the provider or an
option was refused.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.description, parser.epilog = DESCRIPTION, EPILOG
    add_length(parser)
    add_setting(parser)
    add_axes(parser)
    outputs.add_outputs(parser)


def run(args: argparse.Namespace) -> int:
    """Measure every case, show and write them; returns the exit code."""

    def measured(console: Console) -> list[result.Row]:
        cases = cases_of(args)
        return [_measured(case, console, alone=len(cases) == 1) for case in cases]

    return outputs.report(args, measured)


def _measured(case: Case, console: Console, *, alone: bool) -> result.Row:
    """One case's row; among several, one that cannot be had is a row that says so."""
    try:
        bundle = read_bundle(case.bundle_path)
        runner = Runner(bundle, case.provider, case.threads, case.precision)
        with progress(console, case.warm_up + case.frames) as told:
            return measure(case, runner, told)
    except (MissingError, *outputs.REFUSED) as error:
        if alone:
            raise
        return result.failed("latency", case.name, str(error))
