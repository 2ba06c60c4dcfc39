"""`python -m export pack`: an ONNX network from elsewhere made into a bundle."""

import argparse
from pathlib import Path

from rich.console import Console

from edge.contract.bundle import BundleError

HELP = (
    "Pack ONNX networks that were not trained here into a bundle, after checking that they take a "
    "gray window and give liver fat in H-MRS %."
)
EXAMPLE = (
    "Example: `python -m export pack liver.onnx --manifest liver.json --out bundle`, where "
    'liver.json says {"name": "mine", "version": "1", "models": {"AR": "liver.onnx"}, '
    '"measured_on": "in plain words, whose frames its figures come from"}. A network takes uint8 '
    "(1, 360, 360, 1), gray levels 0-255, and gives float32 (1, 1), H-MRS %. One view is enough; "
    "AR+HR needs three networks. docs/bundle.md has all fields and how to export from PyTorch."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments."""
    parser.add_argument(
        "networks", type=Path, nargs="+", metavar="ONNX", help="files of the networks"
    )
    parser.add_argument(
        "--manifest",
        type=Path,
        required=True,
        default=argparse.SUPPRESS,
        metavar="JSON",
        help="what you say of them: name, version, models, measured_on and more",
    )
    parser.add_argument(
        "--out", type=Path, required=True, default=argparse.SUPPRESS, help="new or empty folder"
    )
    parser.add_argument(
        "--golden",
        type=Path,
        metavar="NPZ",
        help="frames and what your own framework says of them, which ONNX Runtime must repeat: "
        "ar_frames uint8 (n, 360, 360), ar_fat_pct (n,), likewise hr_ and pair_fat_pct; they "
        "become part of the bundle, so no patient's. Default: virtual frames",
    )


def run(args: argparse.Namespace) -> int:
    """Pack, then say what was packed and how to go on."""
    from export.foreign.draft import read_draft
    from export.foreign.pack_error import PackError
    from export.foreign.packing import pack_foreign

    console = Console(soft_wrap=True, highlight=False)
    try:
        with console.status("reading the manifest") as status:
            bundle = pack_foreign(
                read_draft(args.manifest), args.networks, args.golden, args.out, status.update
            )
    except (PackError, BundleError) as error:
        console.print(str(error), style="red", markup=False)
        return 1
    manifest = bundle.manifest
    views = ", ".join(manifest.models)
    console.print(f"{args.out}: {manifest.name} {manifest.version} ({views})", markup=False)
    console.print(f"serial {manifest.serial}, manifest SHA-256 {bundle.sha256}")
    console.print("It is not signed yet: python -m export sign", args.out, markup=False)
    return 0
