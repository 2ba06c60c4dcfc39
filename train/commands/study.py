"""`python -m train study`: the paper's study, from cohort to report."""

import argparse
from pathlib import Path

import msgspec
from rich.console import Console

from edge.scanner.virtual import PRESETS, VERSION
from train.claimed import FolderError
from train.cohort import CohortError, CohortRecord
from train.commands.arguments import add_out, add_workers, at_least
from train.commands.training import add_training, training_of
from train.figures_table import figures_table
from train.quiet import wake_keras
from train.split import SplitError
from train.study.bars import progress_on
from train.study.order import order_sentence
from train.study.settings import StudySettings

HELP = (
    "Do the paper's study in one go: held-out test subjects, 4-fold cross-validation of AR and HR, "
    "AR+HR on the frozen trunks of one fold, baselines and oracle beside them, 95 % intervals over "
    "subjects, calibrated 90 % prediction intervals, tables, plots and a report."
)
EXAMPLE = (
    "Example: `python -m train study --preset single --out runs/study`, then open "
    "runs/study/report.html; `python -m export bundle runs/study --out bundle` takes the models "
    "from there. `python -m train study --data COHORT --out runs/study` studies a cohort that is "
    "there already. Stopped half way, the same command goes on where it stopped."
)
DEFAULTS = StudySettings()
RENDERED = CohortRecord(
    preset="single", subjects=150, frames=24, seed=0, balanced=False, simulator=VERSION
)
"""Where no data is given: as many virtual subjects as the paper has, graded as they are. The paper
has about 100 frames of each; 24 make epochs that its patience suits (docs/decisions/0014)."""
OF_RENDERED = ("preset", "subjects", "frames")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments."""
    _describe_cohort(parser.add_argument_group("cohort"))
    _describe_protocol(parser.add_argument_group("protocol, the paper's where it says"))
    add_out(parser, "folder to make or go on with")


def run(args: argparse.Namespace) -> int:
    """Do the study, or the rest of it, then show its figures."""
    console = Console()
    if args.data and (clash := [name for name in OF_RENDERED if hasattr(args, name)]):
        console.print(
            f"[red]--data {args.data} has subjects and frames of its own: leave out "
            f"{', '.join(f'--{name}' for name in clash)}, or leave out --data[/red]"
        )
        return 2
    settings = StudySettings(
        test_subjects=args.test_subjects,
        folds=args.folds,
        extra_unseen=args.extra_unseen,
        bootstrap=args.bootstrap,
        **training_of(args),
    )
    wake_keras()  # here, so that --help takes no TensorFlow and no seconds
    from train.study.study import Study

    study = Study(args.out, settings, _rendered(args), args.data, args.workers)
    try:
        with progress_on(console) as progress:
            record = study.run(progress)
    except (CohortError, SplitError, FolderError) as error:
        console.print(f"[red]{error}[/red]")
        return 1
    console.print(figures_table({name: model.test for name, model in record.models.items()}))
    for name, found in record.study.sets.items():
        console.print(f"{name.capitalize()} subjects: {order_sentence(found.order_violations)}")
    console.print(f"Measured on: {record.measured_on}")
    console.print(f"Report: {args.out / 'report.html'}")
    return 0


def _rendered(args: argparse.Namespace) -> CohortRecord | None:
    if args.data:
        return None
    return msgspec.structs.replace(
        RENDERED,
        seed=args.seed,
        **{name: getattr(args, name) for name in OF_RENDERED if hasattr(args, name)},
    )


def _describe_cohort(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--data", type=Path, help="cohort folder that is there already, instead of rendering one"
    )
    group.add_argument(
        "--preset",
        default=argparse.SUPPRESS,
        choices=sorted(PRESETS),
        help=f"what varies between virtual subjects beside fat (default: {RENDERED.preset})",
    )
    group.add_argument(
        "--subjects",
        type=at_least(1),
        default=argparse.SUPPRESS,
        help=f"virtual subjects, graded as the paper's (default: {RENDERED.subjects})",
    )
    group.add_argument(
        "--frames",
        type=at_least(1),
        default=argparse.SUPPRESS,
        help=f"of each virtual subject and view (default: {RENDERED.frames})",
    )
    group.add_argument(
        "--extra-unseen",
        type=at_least(0),
        default=DEFAULTS.extra_unseen,
        help="further virtual subjects of the next seed to measure on: ten test subjects cannot "
        "tell models apart",
    )
    add_workers(group, "processes that render")


def _describe_protocol(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--test-subjects",
        type=at_least(1),
        default=DEFAULTS.test_subjects,
        help="held out; 10 are the paper's 6/2/1/1 of S0/S1/S2/S3, others in the cohort's mix",
    )
    group.add_argument(
        "--folds", type=at_least(2), default=DEFAULTS.folds, help="of the cross-validation"
    )
    add_training(group, DEFAULTS)
    group.add_argument(
        "--bootstrap",
        type=at_least(100),
        default=DEFAULTS.bootstrap,
        help="draws of subjects behind each 95%% interval",
    )
