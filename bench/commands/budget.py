"""`python -m bench budget`: every ratio that must hold, in one run."""

import argparse
import sys
import tempfile
from pathlib import Path

import msgspec
from rich.console import Console

from bench import outputs, result
from bench.budget import Plan, Values, measure
from bench.commands.cases import number
from bench.goals import PATH, Goal, read_goals
from bench.progress import progress

DESCRIPTION = f"""\
Measures every goal of {PATH.name} in one run, all contenders in turns: the daemon, the daemon
without inference, a plain Python loop, a bare echo, and, where they are installed, FAST, Holoscan
and a Keras loop; then the scanners that must be carried. A goal that is broken by more than chance
ends in exit code 1.
"""

EPILOG = """\
examples:
  python -m bench budget
  python -m bench budget --gate --no-streams             what CI does
  python -m bench budget --bundle DIR --run DIR --python /opt/peers/bin/python

--bundle: a bundle of the paper's network (`train fit`'s default); without it one with weights at
random is made, in fp32 alone. "unsure": beyond the limit, but the 99 % interval reaches back over
it. Limits in ms mean the machine of docs/bench.md. "Plain loop": the same of the shortest
Python program around ONNX Runtime, which checks, counts and journals nothing; it may break limits,
too, for they are of another machine.

Exit codes: 0 nothing is broken; 1 a goal is (with --gate: one of those that gate); 2 the bundle or
an option was refused; 3 the daemon could not be measured, as on a machine that is too busy.
"""

NOT_MEASURED = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.description, parser.epilog = DESCRIPTION, EPILOG
    add = parser.add_argument
    add("--rounds", type=number(int, 5, 10_000), default=20, metavar="N", help="turns each (20)")
    add("--bundle", type=Path, metavar="DIR", help="a bundle of the paper's network")
    add("--run", dest="run_folder", type=Path, metavar="DIR", help="its training run")
    add("--python", action="append", default=[], metavar="FILE", help="another interpreter to try")
    add("--gate", action="store_true", help="only a goal that gates ends in exit code 1")
    add("--no-streams", dest="streams", action="store_false", help="leave out many scanners")
    outputs.add_outputs(parser)


def run(args: argparse.Namespace) -> int:
    """Measure, judge, show, write; returns the exit code."""
    goals = [goal for goal in read_goals() if args.streams or "streams" not in goal.name]
    rows: list[result.Row] = []

    def measured(console: Console) -> list[result.Row]:
        pythons = (sys.executable, *(str(Path(one).absolute()) for one in args.python))
        plan = Plan(args.rounds, args.bundle, args.run_folder, pythons, args.streams)
        with (
            tempfile.TemporaryDirectory(prefix="steatoscope-bench-") as folder,
            progress(console, args.rounds) as told,
        ):
            values = measure(plan, Path(folder), told)
        rows.extend(row(goal, values) for goal in goals)
        return rows

    code = outputs.report(args, measured)
    broken = [
        goal
        for goal, found in zip(goals, rows, strict=False)
        if found.verdict == "broken" and (goal.gate or not args.gate)
    ]
    for goal in broken:
        outputs.errors().print(f"bench: broken: {goal.what}: {goal.limit}")
    if code == 1:
        return NOT_MEASURED
    return code or int(bool(broken))


def row(goal: Goal, values: Values) -> result.Row:
    """One goal's row."""
    empty = result.failed("budget", goal.what, values.missing.get(goal.name, ""))
    found = values.found.get(goal.name)
    if found is None:
        return empty
    return msgspec.structs.replace(
        empty,
        ratio=found,
        plain=values.plain.get(goal.name),
        ratio_of="value",
        verdict=goal.judge(found.value, found.low, found.high),
        wanted=goal.limit + (", gates" if goal.gate else ""),
    )
