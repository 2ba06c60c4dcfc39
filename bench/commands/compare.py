"""`python -m bench compare A B`: is B slower?"""

import argparse
from pathlib import Path

import msgspec
from rich.console import Console

from bench import comparison, outputs, result
from bench.commands.cases import add_setting, case_of, number, pace
from bench.errors import BenchError
from bench.progress import progress

DESCRIPTION = """\
Says whether B is slower than A. A and B are two checkouts of this project (folders that hold
edge/), whose daemons then run side by side and get their frames in turns of half a second; or two
JSON files that `python -m bench latency --json` wrote on the same machine. Checkouts in turns are
the way on a machine that does anything else beside: what slows one slows the other.
"""

EPILOG = """\
examples:
  git worktree add ../before HEAD~1
  python -m bench compare ../before .
  python -m bench compare before.json after.json

B counts as slower where its median ratio to A is at least 1 + --budget and the 99 % interval
(bootstrap over the turns) lies above 1; so a slow-down of --budget or less may pass, and noise does
not fail. Judged are end to end, inference and overhead, each by its median and by its lower
quartile, which what runs beside hardly touches; tails are not.

Exit codes: 0 not slower; 1 slower, or it could not be measured; 2 A, B or an option was refused,
or the files cannot be compared.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description, parser.epilog = DESCRIPTION, EPILOG
    parser.add_argument("a", type=Path, metavar="A", help="before: a checkout or a JSON file")
    parser.add_argument("b", type=Path, metavar="B", help="after: the same kind")
    add = parser.add_argument
    add("--budget", type=number(float, 0, 10), default=0.1, metavar="X", help="allowed (0.1)")
    add("--rounds", type=number(int, 5, 10_000), default=60, metavar="N", help="turns each (60)")
    add("--fps", type=pace, default=30.0, metavar="N", help="pace (30)")
    add("--precision", choices=("auto", "fp32", "int8", "fp16"), default="auto", help="(auto)")
    add_setting(parser)
    outputs.add_outputs(parser)


def run(args: argparse.Namespace) -> int:
    """Compare, show, write; returns the exit code."""
    found: list[result.Row] = []
    kinds = {path.is_dir() for path in (args.a, args.b)}
    missing = [str(path) for path in (args.a, args.b) if not path.exists()]
    if missing or len(kinds) != 1:
        why = f"{missing[0]}: there is no such file or folder" if missing else "one is a folder"
        outputs.errors().print(f"bench: {why}; name two checkouts, or two JSON files")
        return 2

    def measured(console: Console) -> list[result.Row]:
        if kinds == {True}:
            case = case_of(args, fps=args.fps, precision=args.precision)
            with progress(console, args.rounds) as told:
                found.extend(
                    comparison.in_turns(case, (args.a, args.b), args.rounds, args.budget, told)
                )
        else:
            found.extend(comparison.of_reports(_read(args.a), _read(args.b), args.budget))
        return found

    code = outputs.report(args, measured)
    if code:
        return 2 if kinds == {False} else code
    return 1 if comparison.slower(found) else 0


def _read(path: Path) -> result.Report:
    try:
        return result.read(path)
    except (OSError, msgspec.DecodeError) as error:
        raise BenchError(f"{path}: not a report of `python -m bench`: {error}") from error
