"""`python -m export time`: what each rewrite of a run's network gains on this machine."""

import argparse
from pathlib import Path

from rich.console import Console
from rich.table import Table

from export.quiet import wake_keras
from export.run_error import RunError
from export.run_folder import read_run
from export.steps import steps

HELP = (
    "Time a run's network on this machine's CPU after each step from the plain conversion to int8, "
    "one thread, all steps in random turns."
)
EXAMPLE = (
    "Example: `python -m export time run --view HR`. The machine need not be quiet: the ratio "
    "compares what was measured side by side. Record of what won and lost: docs/decisions."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments."""
    parser.add_argument("run_folder", type=Path, help="folder made by `python -m train fit`")
    parser.add_argument("--view", choices=("AR", "HR"), default="AR")
    parser.add_argument("--rounds", type=rounds, default=100, help="turns of 8 inferences each")


def rounds(text: str) -> int:
    """A number of turns, 1 or more."""
    if text.isdigit() and int(text):
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r}: a whole number from 1 on, please")


def run(args: argparse.Namespace) -> int:
    """Time, then show times and ratios."""
    console = Console()
    wake_keras()
    from export.convert import ConversionError
    from export.gains import PLAIN, time_steps

    try:
        with steps(console) as shown:
            timings = time_steps(read_run(args.run_folder), args.view, args.rounds, shown)
    except (RunError, ConversionError) as error:
        console.print(f"[red]{error}[/red]")
        return 1
    table = Table(title=f"One {args.view} inference, one thread")
    for heading in ("network", "p1 ms", "p50 ms", "p99 ms", "times as fast"):
        table.add_column(heading, justify="left" if heading == "network" else "right")
    for name, timing in timings.items():
        figures = (timing.p1_ms, timing.p50_ms, timing.p99_ms)
        gain = timings[PLAIN].p50_ms / timing.p50_ms
        table.add_row(name, *(f"{figure:.3f}" for figure in figures), f"{gain:.2f}")
    console.print(table)
    return 0
