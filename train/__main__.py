"""`python -m train COMMAND`: virtual cohorts, images of patients, the paper's CNNs, its study."""

import argparse
import logging
import os
import sys
from importlib import import_module

COMMANDS = ("cohort", "ingest", "fit", "evaluate", "calibrate", "heads", "study", "measure")


def main(arguments: list[str] | None = None) -> int:
    """Run a command; returns its exit status: 0 done, 1 it could not, 2 wrong usage."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")  # before anything imports TensorFlow
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    parser = argparse.ArgumentParser(
        prog="python -m train",
        description="Train the CNNs that estimate liver fat (H-MRS %) from ultrasound frames. "
        "Research use only, not a medical device.",
        epilog="A model from nothing: `python -m train cohort --subjects 240 --out cohort`, "
        "`python -m train fit cohort --out run`, `python -m export bundle run --out bundle`.",
    )
    menu = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name in COMMANDS:
        command = import_module(f"train.commands.{name}")
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
