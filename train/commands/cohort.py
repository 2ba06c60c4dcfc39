"""`python -m train cohort`: render a virtual cohort to train on."""

import argparse

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from edge.contract.crop import CropSpec
from edge.scanner.virtual import PRESETS, VERSION
from train.cohort import CohortError, CohortRecord
from train.commands.arguments import add_out, add_workers, at_least, scale_mm, share
from train.contact_sheet import write_contact_sheet
from train.rendered import render_cohort

HELP = "Render frames of virtual subjects, both views, with their H-MRS %, as training data."
EXAMPLE = (
    "Example: `python -m train cohort --preset single --subjects 240 --frames 6 --balance "
    "--out cohort`. Stopped half way, the same command goes on where it stopped. Numbers of "
    "subjects matter far more to a model than numbers of frames."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments."""
    parser.add_argument(
        "--preset",
        default="single",
        choices=sorted(PRESETS),
        help="what varies between subjects beside liver fat",
    )
    parser.add_argument("--subjects", type=at_least(1), default=240, help="virtual subjects")
    parser.add_argument(
        "--frames", type=at_least(1), default=6, help="of each subject and view, over the clip"
    )
    parser.add_argument("--seed", type=at_least(0), default=0, help="another seed, other subjects")
    parser.add_argument(
        "--balance",
        action="store_true",
        help="equal numbers of S0, S1, S2 and S3 instead of the paper's 111/21/6/12 of 150",
    )
    parser.add_argument(
        "--mm-per-px",
        type=scale_mm,
        help="scale of the network's window; without it frames keep their own resolution, "
        "as in the paper, which suits scanners of one scale",
    )
    parser.add_argument(
        "--scale-error",
        type=share,
        default=0.0,
        help="largest share by which the scale that the crop is told is wrong, to learn from",
    )
    add_workers(parser, "processes")
    add_out(parser, "folder to make or go on with")


def run(args: argparse.Namespace) -> int:
    """Render what is missing and write the manifest."""
    console = Console()
    record = CohortRecord(
        preset=args.preset,
        subjects=args.subjects,
        frames=args.frames,
        seed=args.seed,
        balanced=args.balance,
        crop=CropSpec(mm_per_px=args.mm_per_px),
        scale_error=args.scale_error,
        simulator=VERSION,
    )
    try:
        with _progress(console) as progress:
            task = progress.add_task("subjects", total=args.subjects)
            manifest = render_cohort(
                args.out, record, args.workers, lambda new: progress.advance(task, new)
            )
    except CohortError as error:
        console.print(f"[red]{error}[/red]")
        return 1
    console.print(f"{args.subjects} virtual subjects: {manifest}")
    with console.status("drawing the contact sheet"):
        sheet = write_contact_sheet(args.out, record)
    console.print(f"what they look like: {sheet}")
    return 0


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, TimeRemainingColumn(), console=console)
