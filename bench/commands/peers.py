"""`python -m bench peers`: end to end beside other programs on the same frames."""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console

from bench import outputs, result
from bench.case import Case
from bench.commands.cases import add_setting, case_of, number
from bench.contender import Contender, daemon
from bench.peer_contender import usable, write_models
from bench.peers import PEERS
from bench.progress import progress
from bench.statistics import histogram, quantiles, ratio
from bench.turns import Turns, take_turns, without_the_lost
from edge.contract.bundle import read_bundle

DESCRIPTION = """\
Feeds the daemon and other programs that could do its work, each in a process of its own on one
core, with the same frames over ZeroMQ, a second of frames each in random turns, and says how many
times as long each takes from end to end as the daemon, with a 99 % interval. The others neither
check, count, gate nor journal anything. What is missing is named, with how to get it.
"""

EPILOG = """\
examples:
  python -m bench peers                                what is installed
  python -m bench peers --bundle DIR --run DIR         a Keras loop too
  python -m bench peers --python /opt/peers/bin/python   with FAST and Holoscan of that environment
  python -m bench peers --peer fast --precision int8

How to get FAST and Holoscan: docs/bench.md. An environment for --python needs numpy, msgspec,
msgpack, pyzmq, opencv-python-headless and onnxruntime beside the peer.

Exit codes: 0 measured; 1 the daemon could not be run; 2 the bundle or an option was refused.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.description, parser.epilog = DESCRIPTION, EPILOG
    add_setting(parser)
    add = parser.add_argument
    add("--rounds", type=number(int, 1, 10_000), default=20, metavar="N", help="turns (20)")
    add("--precision", choices=("auto", "fp32", "int8"), default="auto", help="the daemon's (auto)")
    add("--run", dest="run_folder", type=Path, metavar="DIR", help="training run of the bundle")
    add("--peer", action="append", metavar="WORD", help="only those named so")
    add("--python", action="append", default=[], metavar="FILE", help="another interpreter to try")
    outputs.add_outputs(parser)


def run(args: argparse.Namespace) -> int:
    """Measure, show, write; returns the exit code."""

    def measured(console: Console) -> list[result.Row]:
        case = case_of(args, precision=args.precision)
        words = [word.lower() for word in args.peer or [""]]
        asked = [one for one in PEERS if any(word in one.name.lower() for word in words)]
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="steatoscope-")))
            write_models(folder, read_bundle(case.bundle_path), case, args.run_folder)
            told = stack.enter_context(progress(console, args.rounds))
            # Not resolved: an environment's interpreter is a link that must stay one.
            pythons = [sys.executable, *(str(Path(one).absolute()) for one in args.python)]
            found: dict[str, Contender | str] = {}
            for peer in asked:
                told(f"trying {peer.name}", 0)
                found[peer.name] = usable(case, peer, folder, pythons)
            there = [each for each in found.values() if isinstance(each, Contender)]
            ours = daemon(case).on_one_core()

            def take(contenders: Sequence[Contender]) -> list[Turns]:
                return take_turns(case, contenders, args.rounds, round(case.pace), told)

            turns, lost = without_the_lost(take, ours, there)
        found |= lost
        by_name = {each.contender.name: each for each in turns}
        rows = [row(case, turns[0], turns[0])]
        for peer in asked:
            if peer.name in by_name:
                rows.append(row(case, by_name[peer.name], turns[0]))
            else:
                rows.append(result.failed("peer", peer.name, str(found[peer.name])))
        return rows

    return outputs.report(args, measured)


def row(case: Case, found: Turns, base: Turns) -> result.Row:
    """One contender's row, beside the daemon's."""
    whole = found.whole
    same = found is base
    return result.Row(
        kind="peer",
        case=found.contender.name,
        precision=case.precision if same else "fp32",
        provider="cpu",
        journal=case.journal,
        transport=case.transport,
        fps=case.fps,
        e2e_ms=quantiles(whole.e2e_ms),
        infer_ms=quantiles(whole.infer_ms),
        overhead_ms=quantiles(whole.overhead_ms),
        frames=result.Frames(warm_up=0, sent=found.sent, estimates=found.answered),
        cpu_ms_per_frame=found.cpu_ms,
        ratio=None if same else ratio(found.medians("e2e_ms"), base.medians("e2e_ms")),
        ratio_of="" if same else "its end to end",
        ratio_to="" if same else "the daemon's",
        histogram=histogram(whole.e2e_ms),
    )
