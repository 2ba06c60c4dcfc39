"""`python -m export engines`: build TensorRT's engines ahead, on the machine that will use them."""

import argparse
from pathlib import Path

from rich.console import Console

from edge.contract.bundle import BundleError, builtin_path, read_bundle
from edge.contract.variant import PRECISIONS
from edge.engines import default_root
from edge.providers import ProviderError
from export.steps import steps

HELP = (
    "Build TensorRT's engines of a bundle, which takes minutes, so that the daemon need not. To be "
    "run on the machine and by the user that the daemon runs on and as."
)
EXAMPLE = (
    "Example: `python -m export engines --precision fp16`, then "
    "`python -m edge run --provider tensorrt --precision fp16`. Engines fit one GPU, driver, "
    "TensorRT, ONNX Runtime and bundle; after a change of any, build anew. CUDA needs none of this."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments."""
    parser.add_argument(
        "bundle",
        type=Path,
        nargs="?",
        default=builtin_path(),
        help="folder made by `python -m export bundle`; default: the built-in bundle",
    )
    parser.add_argument("--precision", choices=PRECISIONS, default="fp32")
    parser.add_argument(
        "--out",
        type=Path,
        default=default_root(),
        help="folder of all engines: the setting `engines` of the daemon",
    )


def run(args: argparse.Namespace) -> int:
    """Build, and say where the engines are."""
    console = Console()
    from export.engines import build

    try:
        with steps(console) as shown:
            folder = build(read_bundle(args.bundle), args.precision, args.out, shown)
    except (BundleError, ProviderError) as error:
        console.print(f"[red]{error}[/red]")
        return 1
    console.print(f"{folder}: ready for `python -m edge run --provider tensorrt`")
    return 0
