"""`python -m bench page`: files of figures as one page."""

import argparse
from pathlib import Path

import msgspec

from bench import outputs, page, result

DESCRIPTION = """\
Draws the figures of one or more JSON files, as `--json` of the other commands writes them, into
one self-contained page: latency histograms, stages, engines, peers, scanners, budget.
"""

EPILOG = """\
example:
  python -m bench latency --json latency.json
  python -m bench engines --json engines.json
  python -m bench page latency.json engines.json --html bench.html

Exit codes: 0 drawn; 2 a file could not be read or written.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.description, parser.epilog = DESCRIPTION, EPILOG
    parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="JSON files")
    parser.add_argument("--html", type=Path, required=True, metavar="FILE", help="the page")


def run(args: argparse.Namespace) -> int:
    """Read, draw, write; returns the exit code."""
    try:
        reports = [result.read(path) for path in args.files]
        last = reports[-1]
        rows = [row for report in reports for row in report.rows]
        args.html.write_text(page.draw(msgspec.structs.replace(last, rows=rows)), encoding="utf-8")
    except (OSError, msgspec.DecodeError) as error:
        outputs.errors().print(f"bench: {error}; name files that --json wrote")
        return 2
    return 0
