"""`python -m export sign`: a bundle signed, so that a daemon trusts it."""

import argparse
from pathlib import Path

from rich.console import Console

from edge.contract.bundle import BundleError
from edge.contract.signature import SIGNATURE_NAME

HELP = "Verify a bundle and sign its manifest, which holds the hash of every file."
EXAMPLE = (
    "Example: `python -m export sign bundle`, then `python -m edge run --bundle bundle "
    "--trusted-key KEY`. A signature says that you stand by the bundle: look at what "
    "`python -m export verify bundle` prints first."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments."""
    parser.add_argument("bundle", type=Path, help="folder of the bundle")
    parser.add_argument(
        "--key",
        type=Path,
        default=argparse.SUPPRESS,
        metavar="FILE",
        help="private key (default: signing-key.pem in ~/.config/steatoscope)",
    )


def run(args: argparse.Namespace) -> int:
    """Sign, and say what was signed and by whom."""
    from export.signing import KeyFileError, default_key_path, read_key, sign

    console = Console(soft_wrap=True, highlight=False, markup=False)
    try:
        bundle = sign(args.bundle, read_key(getattr(args, "key", default_key_path())))
    except (KeyFileError, BundleError) as error:
        console.print(str(error), style="red")
        return 1
    manifest = bundle.manifest
    console.print(f"{args.bundle / SIGNATURE_NAME}: written")
    console.print(f"signed {manifest.name} {manifest.version}, serial {manifest.serial}")
    console.print(f"by {bundle.signed_by}")
    return 0
