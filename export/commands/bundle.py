"""`python -m export bundle`: a training run made into a bundle for the daemon."""

import argparse
from pathlib import Path

import msgspec
from rich.console import Console
from rich.table import Table

from edge.contract.bundle import BundleError
from edge.contract.manifest import Label
from export.parity import Parity, ParityError
from export.quiet import wake_keras
from export.run_error import RunError
from export.run_folder import read_run

HELP = (
    "Convert a training run's Keras models to ONNX, prove that they still say the same, and pack "
    "them with golden frames and the hash of every file."
)
EXAMPLE = (
    "Example: `python -m export bundle run --out bundle --name virtual --version 1`, then "
    "`python -m edge run --bundle bundle`. Should a converted model differ from Keras by more "
    "than 0.01 percentage points on any frame, no bundle is written and the exit status is 1."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments."""
    parser.add_argument("run_folder", type=Path, help="folder made by `python -m train fit`")
    parser.add_argument(
        "--out", type=Path, required=True, default=argparse.SUPPRESS, help="new or empty folder"
    )
    parser.add_argument("--name", type=label, default="virtual", help="of the bundle")
    parser.add_argument("--version", type=label, default="1", help="of the bundle")


def label(text: str) -> str:
    """Name or version as a manifest takes it."""
    try:
        return msgspec.convert(text, Label)
    except msgspec.ValidationError as error:
        raise argparse.ArgumentTypeError(
            f"{text!r}: 1 to 64 letters, digits, '.', '_', '+' or '-', please"
        ) from error


def run(args: argparse.Namespace) -> int:
    """Pack, then show how close the bundle is to Keras."""
    console = Console()
    wake_keras()
    from export.convert import ConversionError
    from export.pack import pack

    try:
        with console.status("reading the run") as status:
            packed = pack(
                read_run(args.run_folder), args.out, args.name, args.version, status.update
            )
    except (RunError, ConversionError, ParityError, BundleError) as error:
        console.print(f"[red]{error}[/red]")
        return 1
    console.print(_table(packed.parity))
    manifest = packed.bundle.manifest
    console.print(
        f"{args.out}: {manifest.name} {manifest.version}, manifest {packed.bundle.sha256}"
    )
    console.print(f"Measured on: {manifest.measured_on}")
    return 0


def _table(parity: dict[str, Parity]) -> Table:
    table = Table(title="ONNX against Keras, percentage points of H-MRS")
    for heading in ("model", "frames", "mean |Δ|", "max |Δ|"):
        table.add_column(heading, justify="right")
    for name, found in parity.items():
        table.add_row(name, str(found.frames), f"{found.mean_abs:.6f}", f"{found.max_abs:.6f}")
    return table
