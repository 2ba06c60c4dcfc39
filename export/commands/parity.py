"""`python -m export parity`: a bundle held against the Keras models that it was made from."""

import argparse
from pathlib import Path
from typing import get_args

from rich.console import Console

from edge.contract.bundle import BundleError, read_bundle
from edge.contract.variant import Precision
from edge.providers import ProviderError, candidates
from edge.runner_sessions import import_runtime
from export.commands.bundle import at_least_16
from export.parity import ParityError
from export.quiet import wake_keras
from export.run_error import RunError
from export.run_folder import read_run
from export.steps import steps

HELP = (
    "Hold a bundle against the Keras models that it was made from, on virtual frames and a "
    "provider of this machine, and time it there."
)
EXAMPLE = (
    "Example, on a machine with a GPU: `python -m export parity bundle run --provider cuda`. "
    "Exit status: 0 within the limits of docs/export.md, 1 beyond them or it could not be done."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments."""
    parser.add_argument("bundle", type=Path, help="folder made by `python -m export bundle`")
    parser.add_argument("run_folder", type=Path, help="training run that it was made from")
    parser.add_argument("--provider", choices=("cpu", "cuda", "tensorrt"), default="cpu")
    parser.add_argument(
        "--precision",
        choices=get_args(Precision),
        action="append",
        default=None,
        help="only this one; may be repeated; default: all that the bundle has",
    )
    parser.add_argument(
        "--frames", type=at_least_16, default=1000, metavar="N", help="pairs of frames, at least"
    )


def run(args: argparse.Namespace) -> int:
    """Compare, and show the same table as `bundle` does."""
    console = Console()
    try:
        bundle = read_bundle(args.bundle)
        run_folder = read_run(args.run_folder)
        candidates(args.provider, import_runtime().get_available_providers())
        wake_keras()
        from export.check import check_bundle
        from export.result_table import result_table

        asked = args.precision or list(bundle.manifest.variants)
        with steps(console) as shown:
            rows = check_bundle(bundle, run_folder, asked, args.provider, args.frames, shown)
    except (BundleError, RunError, ProviderError, ParityError) as error:
        console.print(f"[red]{error}[/red]")
        return 1
    console.print(result_table(rows))
    return 0
