"""`python -m export bundle`: a training run made into a bundle for the daemon."""

import argparse
from pathlib import Path

import msgspec
from rich.console import Console

from edge.contract.bundle import BundleError
from edge.contract.manifest import Label
from edge.contract.variant import PRECISIONS
from edge.providers import ProviderError
from export.parity import ParityError
from export.quiet import wake_keras
from export.run_error import RunError
from export.run_folder import read_run
from export.steps import steps

HELP = (
    "Convert a training run's Keras models to ONNX in fp32, int8 and fp16, prove on virtual frames "
    "that they still say the same, and pack them with golden frames and the hash of every file."
)
EXAMPLE = (
    "Example: `python -m export bundle run --out bundle --name virtual --version 1`, then "
    "`python -m export sign bundle` and `python -m edge run --bundle bundle --trusted-key KEY`. "
    "Should a converted model be further from Keras than docs/export.md allows, no bundle is "
    "written, the worst frames are shown and the exit status is 1. It takes some minutes, most of "
    "them for rendering frames."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments."""
    parser.add_argument("run_folder", type=Path, help="folder made by `python -m train fit`")
    parser.add_argument(
        "--out", type=Path, required=True, default=argparse.SUPPRESS, help="new or empty folder"
    )
    parser.add_argument("--name", type=label, default="virtual", help="of the bundle")
    parser.add_argument("--version", type=label, default="1", help="of the bundle")
    parser.add_argument(
        "--precision",
        choices=PRECISIONS,
        action="append",
        default=None,
        help="only this one beside fp32; may be repeated; default: all",
    )
    parser.add_argument(
        "--parity-frames",
        type=at_least_16,
        default=1000,
        metavar="N",
        help="pairs of virtual frames to compare with Keras on, at least",
    )
    parser.add_argument(
        "--calibration-frames",
        type=at_least_16,
        default=256,
        metavar="N",
        help="pairs of virtual frames to calibrate int8 on, at least",
    )


def label(text: str) -> str:
    """Name or version as a manifest takes it."""
    try:
        return msgspec.convert(text, Label)
    except msgspec.ValidationError as error:
        raise argparse.ArgumentTypeError(
            f"{text!r}: 1 to 64 letters, digits, '.', '_', '+' or '-', please"
        ) from error


def at_least_16(text: str) -> int:
    """Number of pairs of frames: one of each preset and grade or more."""
    if text.isdigit() and int(text) >= 16:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r}: a whole number from 16 on, please")


def run(args: argparse.Namespace) -> int:
    """Pack, then show how close the bundle is to Keras and how fast."""
    console = Console()
    wake_keras()
    from export.convert import ConversionError
    from export.pack import Order, pack
    from export.result_table import result_table

    precisions = frozenset(args.precision or PRECISIONS)
    order = Order(args.name, args.version, args.parity_frames, args.calibration_frames, precisions)
    try:
        with steps(console) as shown:
            packed = pack(read_run(args.run_folder), args.out, order, shown)
    except (RunError, ConversionError, ParityError, ProviderError, BundleError) as error:
        console.print(f"[red]{error}[/red]; no bundle is written")
        return 1
    console.print(result_table(packed.rows))
    manifest = packed.bundle.manifest
    console.print(
        f"{args.out}: {manifest.name} {manifest.version}, manifest {packed.bundle.sha256}"
    )
    console.print(f"Measured on: {manifest.measured_on}")
    return 0
