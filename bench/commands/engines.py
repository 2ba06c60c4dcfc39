"""`python -m bench engines`: the same network and frames in one engine after another, in turns."""

import argparse
import sys
from pathlib import Path

from rich.console import Console

from bench import outputs, result
from bench.commands.cases import number
from bench.engines import ENGINES
from bench.progress import progress
from bench.race import Course, Result, race
from bench.statistics import histogram, quantiles, ratio
from edge.contract.bundle import read_bundle
from edge.contract.grading import VIEWS

DESCRIPTION = """\
Runs a bundle's network in every engine that is installed, each in a process of its own, on the
bundle's golden frames, in bursts of 8 in random turns, and says how many times as long each takes
as ONNX Runtime in fp32, with a 99 % interval. An engine whose numbers differ from the bundle's is
an error, not a time. What is missing is named, with how to get it.
"""

EPILOG = """\
examples:
  python -m bench engines                                  what is installed, the built-in bundle
  python -m bench engines --bundle DIR --run DIR           Keras, LiteRT and plain tf2onnx too
  python -m bench engines --python /opt/openvino/bin/python   engines of another environment

--run is the folder of `python -m train fit` that the bundle was exported from. An environment for
--python needs numpy, msgspec, msgpack and opencv-python-headless beside the engine.

Exit codes: 0 measured; 1 no engine could be run; 2 the bundle or an option was refused.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.description, parser.epilog = DESCRIPTION, EPILOG
    add_course(parser)
    parser.add_argument("--engine", action="append", metavar="WORD", help="only those named so")
    outputs.add_outputs(parser)


def add_course(parser: argparse.ArgumentParser, rounds: int = 60) -> None:
    """Declare what is read, where and how often."""
    add = parser.add_argument
    whole = number(int, 1, 100_000)
    add("--rounds", type=whole, default=rounds, metavar="N", help=f"turns of 8 each ({rounds})")
    add("--bundle", default="", metavar="DIR", help="model bundle; default: the built-in one")
    add("--run", dest="run_folder", type=Path, metavar="DIR", help="training run of the bundle")
    add("--view", choices=VIEWS, default="AR", help="whose network (AR)")
    add("--threads", type=number(int, 1, 64), default=1, metavar="N", help="per inference (1)")
    add("--provider", default="cpu", choices=("cpu", "cuda"), help="of ONNX Runtime (cpu)")
    add("--python", action="append", default=[], metavar="FILE", help="another interpreter to try")


def course_of(args: argparse.Namespace) -> Course:
    """What the flags ask for; BundleError where the bundle cannot be read."""
    from bench.case import Case

    return Course(
        bundle=read_bundle(Case(bundle=args.bundle).bundle_path),
        view=args.view,
        keras=args.run_folder.absolute() / f"{args.view}.keras" if args.run_folder else None,
        threads=args.threads,
        provider=args.provider,
        pythons=(sys.executable, *(str(Path(one).absolute()) for one in args.python)),
    )


def run(args: argparse.Namespace) -> int:
    """Time, show, write; returns the exit code."""

    def measured(console: Console) -> list[result.Row]:
        words = [word.lower() for word in args.engine or [""]]
        chosen = [one for one in ENGINES if any(word in one.name.lower() for word in words)]
        if ENGINES[0] not in chosen:
            chosen.insert(0, ENGINES[0])
        with progress(console, args.rounds) as told:
            results = race(course_of(args), chosen, args.rounds, told)
        return [row(each, results[0]) for each in results]

    return outputs.report(args, measured)


def row(found: Result, base: Result) -> result.Row:
    """One engine's row, beside the first one's."""
    engine = found.engine
    if not found.turns:
        return result.failed("engine", engine.name, found.problem)
    return result.Row(
        kind="engine",
        case=engine.name,
        precision=engine.precision,
        provider="cpu",
        journal=None,
        transport=None,
        fps=None,
        e2e_ms=None,
        infer_ms=quantiles(found.all_ms),
        overhead_ms=None,
        ratio=ratio(found.medians_ms, base.medians_ms) if base.turns else None,
        ratio_of="its time",
        ratio_to=base.engine.name,
        histogram=histogram(found.all_ms),
    )
