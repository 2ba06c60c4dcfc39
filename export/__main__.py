"""`python -m export COMMAND`: make what the daemon runs out of what was trained."""

import argparse
import logging
import os
import sys
from importlib import import_module

COMMANDS = ("bundle", "parity", "time", "engines", "pack", "keys", "sign", "verify")


def main(arguments: list[str] | None = None) -> int:
    """Run a command; returns its exit status: 0 done, 1 it could not, 2 wrong usage."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # before anything imports TensorFlow
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    parser = argparse.ArgumentParser(
        prog="python -m export",
        description="Make a bundle for the daemon out of trained Keras models. "
        "Research use only, not a medical device.",
        epilog="Example: `python -m export bundle run --out bundle`.",
    )
    menu = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in COMMANDS:
        command = import_module(f"export.commands.{name}")
        entry = menu.add_parser(
            name,
            help=command.HELP.replace("%", "%%"),
            description=command.HELP,
            formatter_class=argparse.ArgumentDefaultsHelpFormatter,
            epilog=command.EXAMPLE,
        )
        command.add_arguments(entry)
        entry.set_defaults(run=command.run)
    chosen = parser.parse_args(arguments)
    return int(chosen.run(chosen))


if __name__ == "__main__":
    sys.exit(main())
