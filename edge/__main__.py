"""`python -m edge COMMAND`: everything that runs beside a scanner."""

import argparse
import importlib
import sys
from types import ModuleType

from edge import __version__

DESCRIPTION = """\
Live liver-fat estimates (H-MRS %, grade S0-S3) from B-mode ultrasound frames.
Research use only; not a medical device. The built-in models were trained and measured on a
virtual cohort: their figures are no clinical claim.
"""

COMMANDS = {
    "run": "read frames from scanners and publish liver-fat estimates",
    "feed": "stand in for a scanner: play a video, images, DICOM or a virtual liver",
    "fan": "show where the scan sector is found in a file's frames",
    "read": "read files as the daemon would: a row for each exam and view, or each estimate",
    "journal": "check the journal, print what stands in it, or make it smaller",
    "keys": "make a key pair, and enrol or revoke the keys of scanners and viewers",
    "doctor": "look at the host, the settings, keys and bundle: what is wrong, and the remedy",
    "audit": "show the audit trail, and find out whether anything in it was changed",
    "watch": "show the estimates in the terminal",
    "view": "show the estimates and the image in a browser",
    "demo": "play a virtual exam from end to end and show its reading",
}


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    arguments = sys.argv[1:] if argv is None else argv
    chosen = next((word for word in arguments if word in COMMANDS), None)
    parser = argparse.ArgumentParser(
        prog="python -m edge",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"steatoscope {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, text in COMMANDS.items():
        sub = commands.add_parser(
            name, help=text, description=text, formatter_class=parser.formatter_class
        )
        if name == chosen:
            module = _load(name)
            module.add_arguments(sub)
            sub.set_defaults(run=module.run)
    args = parser.parse_args(arguments)
    return int(args.run(args))


def _load(name: str) -> ModuleType:
    """The module of a command; only the chosen one is imported, so that starting stays quick."""
    return importlib.import_module(f"edge.commands.{name}")


if __name__ == "__main__":
    sys.exit(main())
