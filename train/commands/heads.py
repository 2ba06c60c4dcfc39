"""`python -m train heads`: which view is this, and is it like what the networks know?"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from train.cohort import CohortError, read_cohort
from train.commands.arguments import at_least
from train.quiet import wake_keras

if TYPE_CHECKING:  # it imports Keras
    from train.heads.record import HeadsRecord

HELP = (
    "Fit what tells AR, HR and neither, and how far a frame lies from those that the networks "
    "know, on virtual subjects that they have not learned from; choose both limits on others."
)
EXAMPLE = (
    "Example: `python -m train cohort --preset realistic --subjects 300 --frames 2 --seed 97 "
    "--out unseen` with the scale of the run's windows, the same with --seed 96 for `check`, then "
    "`python -m train heads run --data unseen --check check`. It leaves heads.npz and heads.json "
    "in `run`, which `python -m export bundle` packs. Cohorts of several presets make it more "
    "tolerant of scanners; no real image is learned from."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments."""
    parser.add_argument("run_folder", type=Path, help="folder made by `python -m train fit`")
    parser.add_argument(
        "--data",
        type=Path,
        nargs="+",
        required=True,
        default=argparse.SUPPRESS,
        help="cohorts of unseen virtual subjects: three of four to fit on, one for the limits",
    )
    parser.add_argument(
        "--check", type=Path, nargs="*", default=[], help="cohorts of others to measure on"
    )
    parser.add_argument(
        "--view-data",
        type=Path,
        nargs="*",
        default=[],
        help="further cohorts for what tells the views alone, thousands of subjects, better; they "
        "may be those that the run learned from",
    )
    parser.add_argument(
        "--outliers", type=at_least(40), default=1200, help="pictures of no liver, made for it"
    )
    parser.add_argument("--epochs", type=at_least(1), default=20, help="of the view network")
    parser.add_argument("--seed", type=at_least(0), default=0, help="of every draw")


def run(args: argparse.Namespace) -> int:
    """Fit, measure, write, show."""
    console = Console()
    wake_keras()
    from train.evaluate import EvaluationError
    from train.heads.fitting import HeadsError

    try:
        record = _fit(args, console)
    except (CohortError, EvaluationError, HeadsError) as error:
        console.print(f"[red]{error}[/red]")
        return 1
    heads = record.heads
    console.print(f"A view is told from a probability of {heads.sure:.3f} on.")
    console.print(_figures(record))
    refused = ", ".join(f"{kind} {share:.0%}" for kind, share in record.outliers.items())
    console.print(f"Held-out pictures of no liver that are not taken for a view: {refused}")
    console.print(f"Fitted on: {heads.fitted_on}")
    return 0


def _fit(args: argparse.Namespace, console: Console) -> "HeadsRecord":
    from train.evaluate import check_unseen, load_models
    from train.heads.fitting import HeadsSettings, check_on, fit_heads
    from train.heads.progress import ViewProgress
    from train.heads.record import write_heads

    cohorts = [read_cohort(path) for path in args.data]
    others = [read_cohort(path) for path in args.check]
    views = [read_cohort(path) for path in args.view_data]
    for cohort in (*cohorts, *others):
        check_unseen(args.run_folder, cohort)
    models = load_models(args.run_folder)
    settings = HeadsSettings(outliers=args.outliers, epochs=args.epochs, seed=args.seed)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console) as progress:
        drawn = progress.add_task("pictures of no liver", total=args.outliers)
        fitted, record = fit_heads(
            models,
            cohorts,
            settings,
            ViewProgress(progress),
            lambda: progress.advance(drawn),
            view_cohorts=views,
        )
    with console.status("measuring"):
        record = msgspec.structs.replace(
            record, checked=[check_on(fitted, cohort) for cohort in others]
        )
    console.print(str(write_heads(args.run_folder, fitted.network, fitted.domains, record)))
    return record


def _figures(record: "HeadsRecord") -> Table:
    table = Table(title="Frames of subjects that nothing was fitted on")
    for heading in ("of", "view", "frames", "right", "wrong", "not told", "near", "out"):
        table.add_column(heading, justify="right")
    rows = [("limits", record.held_out)] + [
        (f"check {number}", told.views) for number, told in enumerate(record.checked, start=1)
    ]
    for name, views in rows:
        for view, told in views.items():
            shares = (told.right, told.wrong, told.abstained, told.near, told.out)
            table.add_row(name, view, str(told.frames), *(f"{share:.2%}" for share in shares))
    return table
