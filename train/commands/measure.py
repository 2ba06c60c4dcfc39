"""`python -m train measure`: a bundle's readings of a labelled cohort against its labels."""

import argparse
from pathlib import Path

from rich.console import Console

from edge.contract.bundle import BundleError, builtin_path, read_bundle
from train.cohort import CohortError, read_cohort
from train.measured.apart import BundleUsedError, check_apart
from train.measured.figures import measure_readings
from train.measured.report import tables, write_report
from train.measured.sheet import SheetError, read_sheet
from train.study.terminal import to_terminal

HELP = (
    "Measure the readings that a bundle gave of a cohort, virtual or of images with known liver "
    "fat: errors by frame and by subject, grades, 90 % intervals, frames that were not read. What "
    "is measured is what the daemon would have published."
)
EXAMPLE = (
    "Example: `python -m train cohort --preset single --subjects 300 --frames 2 --seed 99 "
    "--mm-per-px 0.45 --out unseen`, `python -m edge read unseen --estimates --out "
    "estimates.json`, then `python -m train measure estimates.json unseen --out measured`. Of "
    "images: `python -m train ingest manifest.csv --crop-mm-per-px 0.45 --out unseen` first. A "
    "cohort that the bundle was trained or calibrated on is refused."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments."""
    add = parser.add_argument
    add("estimates", type=Path, help="file made by `python -m edge read COHORT --estimates`")
    add("cohort", type=Path, help="folder that was read, of `python -m train cohort` or `ingest`")
    add("--bundle", type=Path, default=builtin_path(), help="model bundle that read it")
    add("--out", type=Path, help="write report.html, report.md, figures.json and plots here")
    add("--draws", type=int, default=2000, help="of subjects, for 95 %% intervals of the figures")
    add("--seed", type=int, default=0, help="of those draws")


def run(args: argparse.Namespace) -> int:
    """Show the figures; write the report where one is asked for."""
    console = Console()
    try:
        cohort = read_cohort(args.cohort)
        sheet = read_sheet(args.estimates, cohort)
        training = check_apart(read_bundle(args.bundle), sheet.model, cohort)
        measurement = measure_readings(sheet, cohort, training, args.draws, args.seed)
    except (BundleError, BundleUsedError, CohortError, SheetError) as error:
        console.print(str(error), style="red", markup=False)
        return 1
    measured = measurement.record
    for table in tables(measured):
        console.print(to_terminal(table))
    console.print(f"Measured on: {measured.measured_on}")
    console.print(measured.training)
    if args.out is not None:
        write_report(args.out, measurement)
        console.print(f"Report: {args.out / 'report.html'}")
    return 0
