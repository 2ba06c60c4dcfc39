"""`python -m export keys`: the key pair that a bundle is signed with."""

import argparse
from pathlib import Path

from rich.console import Console

HELP = "Make the key pair that signs bundles, or show its public key."
EXAMPLE = (
    "Examples: `python -m export keys new`, `python -m export keys show --key FILE`. The public "
    'key goes into the daemon\'s settings: trusted_keys = ["..."]. The private key stays with '
    "whoever answers for the bundles; it is a PEM file (PKCS #8, Ed25519), not encrypted, mode "
    "0600, so keep it on an encrypted disk."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the command's arguments."""
    parser.add_argument(
        "action", choices=("new", "show"), help="make a pair, or show its public key"
    )
    parser.add_argument(
        "--key",
        type=Path,
        default=argparse.SUPPRESS,
        metavar="FILE",
        help="private key (default: signing-key.pem in ~/.config/steatoscope)",
    )
    parser.add_argument(
        "--in-repository", action="store_true", help="let `new` write inside of a Git repository"
    )


def run(args: argparse.Namespace) -> int:
    """Make or show; the public key alone goes to standard output."""
    from export.signing import KeyFileError, default_key_path, new_key, public_key, read_key

    errors = Console(stderr=True, soft_wrap=True, highlight=False)
    path: Path = getattr(args, "key", default_key_path())
    try:
        if args.action == "new":
            public = new_key(path, in_repository=args.in_repository)
            errors.print(f"private key: {path} (mode 0600; whoever has it can sign)", markup=False)
            errors.print("public key, for the daemon's trusted_keys:")
        else:
            public = public_key(read_key(path))
    except KeyFileError as error:
        errors.print(str(error), style="red", markup=False)
        return 1
    print(public)
    return 0
