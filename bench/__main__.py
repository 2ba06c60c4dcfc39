"""`python -m bench COMMAND`: how fast this machine reads frames, and how sure that is."""

import argparse
import importlib
import sys

DESCRIPTION = """\
Measures the daemon as it is used: its own process, real sockets, frames at the scanner's pace.
Research use only; not a medical device.
"""

COMMANDS = {
    "latency": "from a frame's sending to its estimate's arrival: percentiles, stage by stage",
    "limit": "what one core can multiply, and how near each engine comes to it",
    "engines": "one network in every engine that is installed, in turns, with ratios",
    "peers": "end to end beside other programs on the same frames, in turns",
    "streams": "how many scanners at 30 fps this machine carries",
    "soak": "minutes at 30 fps: does age, memory or CPU grow?",
    "compare": "is B slower than A? two checkouts in turns, or two files of figures",
    "budget": "every ratio that must hold, in one run",
    "page": "files of figures as one page with plots",
    "cohort": "virtual frames a second on one core, beside a plain FFT and a plain blur",
}


def main(argv: list[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    arguments = sys.argv[1:] if argv is None else argv
    chosen = next((word for word in arguments if word in COMMANDS), None)
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description=DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, text in COMMANDS.items():
        entry = commands.add_parser(
            name, help=text, description=text, formatter_class=parser.formatter_class
        )
        if name == chosen:
            module = importlib.import_module(f"bench.commands.{name}")
            module.add_arguments(entry)
            entry.set_defaults(run=module.run)
    args = parser.parse_args(arguments)
    return int(args.run(args))


if __name__ == "__main__":
    sys.exit(main())
