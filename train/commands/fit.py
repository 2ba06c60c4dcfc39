"""`python -m train fit`: train the AR, HR and AR+HR models on a cohort."""

import argparse
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from train.claimed import FolderError
from train.cohort import Cohort, CohortError, read_cohort
from train.commands.arguments import add_out, share
from train.commands.training import DEFAULTS, add_training, training_of
from train.figures_table import figures_table
from train.quiet import wake_keras
from train.record import RunRecord
from train.settings import FitSettings
from train.split import SplitError
from train.views import check_both_views, check_scale

HELP = (
    "Train the paper's CNNs (AR, HR, and AR+HR on their frozen trunks) on a rendered cohort or on "
    "ingested images of both views. "
    "Subjects, never frames, are divided into training, validation and test."
)
EXAMPLE = (
    "Example: `python -m train fit cohort --out run`, which leaves AR.keras, HR.keras, "
    "AR+HR.keras and record.json in `run`; `python -m export bundle run --out bundle` takes it "
    "from there. KERAS_BACKEND=jax or torch trains on another backend, where installed. "
    "Stopped half way, the same command goes on with the view that it was at."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments."""
    parser.add_argument(
        "cohort", type=Path, help="folder made by `python -m train cohort` or `ingest`"
    )
    add_out(parser, "new folder for the models")
    parser.add_argument(
        "--validation", type=share, default=DEFAULTS.validation, help="share of the subjects"
    )
    parser.add_argument("--test", type=share, default=DEFAULTS.test, help="share of the subjects")
    parser.add_argument(
        "--dim",
        type=share,
        default=DEFAULTS.dim,
        help="share of the AR frames to dim with depth as more fat would, and to label so, lest a "
        "network heed everything but dimming; for virtual cohorts, in windows of a fixed scale",
    )
    add_training(parser)


def run(args: argparse.Namespace) -> int:
    """Train, then show the figures on unseen subjects."""
    console = Console()
    settings = FitSettings(
        validation=args.validation, test=args.test, dim=args.dim, **training_of(args)
    )
    try:
        record = _train(read_cohort(args.cohort), args.out, settings, console)
    except (CohortError, SplitError, FolderError) as error:
        console.print(f"[red]{error}[/red]")
        return 1
    console.print(figures_table({name: model.test for name, model in record.models.items()}))
    console.print(f"Measured on: {record.measured_on}")
    return 0


def _train(cohort: Cohort, out: Path, settings: FitSettings, console: Console) -> RunRecord:
    check_both_views(cohort, settings)
    check_scale(cohort, settings)
    wake_keras()  # here, so that --help takes no TensorFlow and no seconds
    from train.progress import EpochProgress
    from train.run import train_all

    columns = (TextColumn("{task.description:5}"), BarColumn(), TimeElapsedColumn())
    bar = Progress(*columns, TextColumn("left:"), TimeRemainingColumn(), console=console)
    with bar as progress:
        return train_all(cohort, out, settings, lambda name: EpochProgress(progress, name))
