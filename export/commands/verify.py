"""`python -m export verify`: what is in a bundle, and who vouches for it."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from edge.contract.bundle import Bundle, BundleError, read_bundle
from edge.contract.onnx_scan import scan
from edge.contract.trust import Trust

HELP = "Verify a bundle as the daemon does, and show what is in it; nothing in it is run."
EXAMPLE = (
    "Examples: `python -m export verify bundle` for a look, `python -m export verify bundle "
    "--trusted-key KEY` to require that signature. Exit status: 0 right, 1 refused."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments."""
    parser.add_argument("bundle", type=Path, help="folder of the bundle")
    parser.add_argument(
        "--trusted-key",
        action="append",
        default=argparse.SUPPRESS,
        metavar="KEY",
        help="public key that must have signed it; may be given again",
    )


def run(args: argparse.Namespace) -> int:
    """Verify and show."""
    console = Console(soft_wrap=True, highlight=False)
    keys = frozenset(getattr(args, "trusted_key", ()))
    try:
        bundle = read_bundle(args.bundle, _trust(keys))
    except BundleError as error:
        console.print(f"refused ({error.reason}): {error}", style="red", markup=False)
        return 1
    console.print(_table(bundle))
    manifest = bundle.manifest
    console.print(f"{manifest.name} {manifest.version}, serial {manifest.serial}", markup=False)
    console.print(f"expires: {manifest.expires or 'never'}; manifest SHA-256 {bundle.sha256}")
    console.print(f"measured on: {manifest.measured_on}", markup=False)
    console.print(f"vouched for by {_voucher(bundle)}")
    return 0


def _voucher(bundle: Bundle) -> str:
    if bundle.origin == "builtin":
        return "the package, which holds its hash"
    if bundle.origin == "signed":
        return f"trusted key {bundle.signed_by}"
    if bundle.signed_by:
        return f"key {bundle.signed_by}, which no --trusted-key names"
    return "nobody: it is not signed"


def _trust(keys: frozenset[str]) -> Trust:
    """One of these keys, or anybody's where none is named; not expired."""
    return Trust(keys, allow_unsigned=not keys, today=datetime.now(UTC).date())


def _table(bundle: Bundle) -> Table:
    table = Table(title="files", title_justify="left")
    for heading in ("file", "bytes", "opset", "operators"):
        table.add_column(heading, justify="right" if heading in {"bytes", "opset"} else "left")
    for name, data in bundle.files.items():
        network = scan(data) if name.endswith(".onnx") else None
        table.add_row(
            name,
            f"{len(data):,}",
            str(network.opset) if network else "",
            " ".join(sorted(network.operators)) if network else "",
        )
    return table
