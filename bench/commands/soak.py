"""`python -m bench soak`: what minutes of frames do to age, memory, CPU and the GPU's clock."""

import argparse

import msgspec
from rich.console import Console

from bench import bare, outputs, result
from bench.commands.cases import add_setting, case_of, number
from bench.contender import daemon
from bench.progress import progress
from bench.trend import GpuClock, trend
from bench.trial import observe, summarise
from edge.contract.bundle import read_bundle
from edge.runner import Runner

DESCRIPTION = """\
Sends frames at 30 fps for minutes and says whether anything grows: end to end (slope of the
medians of each second), resident memory (slope of the second half), CPU, and the GPU's clock where
there is one.
"""

EPILOG = """\
examples:
  python -m bench soak                          10 minutes
  python -m bench soak --minutes 60 --json soak.json --html soak.html

Exit codes: 0 measured; 1 a process failed; 2 the bundle or an option was refused.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.description, parser.epilog = DESCRIPTION, EPILOG
    add = parser.add_argument
    add("--minutes", type=number(float, 0, 1440), default=10.0, metavar="N", help="length (10)")
    add_setting(parser)
    add("--fps", type=number(float, 0, 240), default=30.0, metavar="N", help="pace (30)")
    add("--precision", choices=("auto", "fp32", "int8", "fp16"), default="auto", help="(auto)")
    outputs.add_outputs(parser)


def run(args: argparse.Namespace) -> int:
    """Soak, show, write; returns the exit code."""
    args.seconds = 60 * args.minutes

    def measured(console: Console) -> list[result.Row]:
        case = case_of(args, fps=args.fps, precision=args.precision)
        runner = Runner(read_bundle(case.bundle_path), case.provider, case.threads, case.precision)
        network = bare.Bare(case, runner)
        with progress(console, case.warm_up + case.frames) as told, GpuClock() as clock:
            network.measure()
            observed = observe(case, daemon(case), told)
            found = summarise(case, observed, network)
            over_time = trend(observed.costs, clock.mhz())
        return [msgspec.structs.replace(found, kind="soak", trend=over_time)]

    return outputs.report(args, measured)
