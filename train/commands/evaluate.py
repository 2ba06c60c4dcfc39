"""`python -m train evaluate`: figures of trained models on another cohort."""

import argparse
from pathlib import Path

from rich.console import Console

from train.cohort import CohortError, read_cohort
from train.figures_table import figures_table
from train.quiet import wake_keras

HELP = (
    "Measure a training run's three models on a cohort of other subjects or another preset, or on "
    "ingested images. A view that the cohort lacks is left out, and AR+HR with it."
)
EXAMPLE = (
    "Example: `python -m train cohort --subjects 300 --seed 99 --out unseen`, then "
    "`python -m train evaluate run unseen`. A cohort that shares its subjects with the training "
    "is refused."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments."""
    parser.add_argument("run_folder", type=Path, help="folder made by `python -m train fit`")
    parser.add_argument(
        "cohort", type=Path, help="folder made by `python -m train cohort` or `ingest`"
    )


def run(args: argparse.Namespace) -> int:
    """Show the figures."""
    console = Console()
    wake_keras()
    from train.evaluate import EvaluationError, check_unseen, load_models, measure_views

    try:
        cohort = read_cohort(args.cohort)
        check_unseen(args.run_folder, cohort)
        models = load_models(args.run_folder)
    except (CohortError, EvaluationError) as error:
        console.print(f"[red]{error}[/red]")
        return 1
    figures = measure_views(models, cohort.views)
    console.print(figures_table(figures))
    console.print(f"Measured on: {cohort.record.measured_on(len(cohort.hmrs_pct))}")
    return 0
