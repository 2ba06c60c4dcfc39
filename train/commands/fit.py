"""`python -m train fit`: train the AR, HR and AR+HR models on a cohort."""

import argparse
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from train.augment import CHOICES
from train.cohort import Cohort, CohortError, read_cohort
from train.commands.arguments import at_least, share
from train.figures_table import figures_table
from train.quiet import wake_keras
from train.record import RunRecord
from train.settings import FitSettings
from train.split import SplitError
from train.views import check_both_views

HELP = (
    "Train the paper's CNNs (AR, HR, and AR+HR on their frozen trunks) on a rendered cohort or on "
    "ingested images of both views. "
    "Subjects, never frames, are divided into training, validation and test."
)
EXAMPLE = (
    "Example: `python -m train fit cohort --out run`, which leaves AR.keras, HR.keras, "
    "AR+HR.keras and record.json in `run`; `python -m export bundle run --out bundle` takes it "
    "from there. KERAS_BACKEND=jax or torch trains on another backend, where installed."
)
DEFAULTS = FitSettings()


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments."""
    parser.add_argument(
        "cohort", type=Path, help="folder made by `python -m train cohort` or `ingest`"
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        default=argparse.SUPPRESS,
        help="new folder for the models",
    )
    parser.add_argument("--epochs", type=at_least(1), default=DEFAULTS.epochs, help="at most")
    parser.add_argument("--batch", type=at_least(1), default=DEFAULTS.batch, help="frames a step")
    parser.add_argument(
        "--patience",
        type=at_least(1),
        default=DEFAULTS.patience,
        help="epochs without a better validation loss before training stops",
    )
    parser.add_argument("--seed", type=at_least(0), default=DEFAULTS.seed, help="of every draw")
    parser.add_argument(
        "--validation", type=share, default=DEFAULTS.validation, help="share of the subjects"
    )
    parser.add_argument("--test", type=share, default=DEFAULTS.test, help="share of the subjects")
    parser.add_argument(
        "--augment",
        choices=sorted(CHOICES),
        default="light",
        help="what scanners and operators change: "
        "light is gain, gamma and small shifts; scanner adds time gain, dynamic range, scale, "
        "speckle, smoothing, writing, and mirror images of AR",
    )
    parser.add_argument(
        "--architecture",
        choices=("paper", "strided"),
        default=DEFAULTS.architecture,
        help="strided: averages 2 x 2 pixels first and strides instead of pooling; nine times as "
        "fast to train",
    )
    parser.add_argument(
        "--schedule",
        choices=("constant", "cosine"),
        default=DEFAULTS.schedule,
        help="of the learning rate; cosine lets it fall over all epochs",
    )
    parser.add_argument(
        "--precision",
        choices=("float32", "mixed_bfloat16"),
        default=DEFAULTS.precision,
        help="of the hidden layers while training; bfloat16 is faster where the CPU has it",
    )


def run(args: argparse.Namespace) -> int:
    """Train, then show the figures on unseen subjects."""
    console = Console()
    settings = FitSettings(
        epochs=args.epochs,
        batch=args.batch,
        patience=args.patience,
        seed=args.seed,
        validation=args.validation,
        test=args.test,
        augmentation=CHOICES[args.augment],
        architecture=args.architecture,
        schedule=args.schedule,
        precision=args.precision,
    )
    try:
        _check_new(args.out)
        record = _train(read_cohort(args.cohort), args.out, settings, console)
    except (CohortError, SplitError, FileExistsError) as error:
        console.print(f"[red]{error}[/red]")
        return 1
    console.print(figures_table({name: model.test for name, model in record.models.items()}))
    console.print(f"Measured on: {record.measured_on}")
    return 0


def _train(cohort: Cohort, out: Path, settings: FitSettings, console: Console) -> RunRecord:
    check_both_views(cohort, settings)
    wake_keras()  # here, so that --help takes no TensorFlow and no seconds
    from train.progress import EpochProgress
    from train.run import train_all

    columns = (TextColumn("{task.description:5}"), BarColumn(), TimeElapsedColumn())
    bar = Progress(*columns, TextColumn("left:"), TimeRemainingColumn(), console=console)
    with bar as progress:
        return train_all(cohort, out, settings, lambda name: EpochProgress(progress, name))


def _check_new(out: Path) -> None:
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise FileExistsError(f"{out}: not an empty folder; name a new one with --out")
