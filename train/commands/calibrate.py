"""`python -m train calibrate`: 90 % intervals for a training run's models."""

import argparse
from pathlib import Path

from rich.console import Console
from rich.table import Table

from train.cohort import CohortError, read_cohort
from train.quiet import wake_keras

HELP = (
    "Calibrate the 90 % interval for a subject's H-MRS on subjects that the models have not "
    "learned from (conformal prediction), and measure on others how many it covers."
)
EXAMPLE = (
    "Example: `python -m train cohort --subjects 300 --seed 98 --out calibration`, the same with "
    "--seed 99 for `check`, then `python -m train calibrate run calibration --check check`. It "
    "leaves intervals.json in `run`, which `python -m export bundle` packs. The interval holds for "
    "subjects and scanners like those of the calibration, and for no others."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments."""
    parser.add_argument("run_folder", type=Path, help="folder made by `python -m train fit`")
    parser.add_argument("cohort", type=Path, help="unseen subjects to calibrate on")
    parser.add_argument("--check", type=Path, help="other unseen subjects to measure coverage on")


def run(args: argparse.Namespace) -> int:
    """Calibrate, measure, write, show."""
    console = Console()
    wake_keras()
    from train.calibration import calibrate_models, checked, write_calibration
    from train.evaluate import EvaluationError, check_unseen, load_models
    from train.study.intervals import CalibrationError

    try:
        cohort = read_cohort(args.cohort)
        other = read_cohort(args.check) if args.check else None
        for unseen in (cohort, other):
            if unseen is not None:
                check_unseen(args.run_folder, unseen)
        models = load_models(args.run_folder)
        with console.status("estimating"):
            found = calibrate_models(models, cohort)
            found = found if other is None else checked(found, models, other)
    except (CohortError, EvaluationError, CalibrationError) as error:
        console.print(f"[red]{error}[/red]")
        return 1
    console.print(f"{write_calibration(args.run_folder, found)}: {', '.join(found.intervals)}")
    console.print(f"Calibrated on: {found.calibrated_on}")
    if found.coverage:
        table = Table(title="Subjects whose H-MRS lies in their 90 % interval")
        for heading in ("model", "covered", "mean width", "S0", "S1", "S2", "S3"):
            table.add_column(heading, justify="right")
        rows = [*found.coverage.items()]
        rows += [(f"{name}, scale unknown", told) for name, told in found.unsure_coverage.items()]
        for name, told in rows:
            grades = [told.by_grade.get(grade) for grade in ("S0", "S1", "S2", "S3")]
            table.add_row(
                name,
                f"{told.covered}/{told.subjects}",
                f"{told.width_pct:.1f}",
                *(f"{one.covered}/{one.subjects}" if one else "-" for one in grades),
            )
        console.print(table)
        console.print(f"Measured on: {found.checked_on}")
    return 0
