"""`python -m edge doctor`: what is wrong with this host, and how to mend it."""

import argparse
import logging
import os
import sys
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from edge.commands.arguments import OF_BUNDLE, add_bundle, given
from edge.doctor.examination import Report, examine
from edge.doctor.finding import EXIT, Finding, worst

HELP = "look at the host, the settings, keys and bundle: what is wrong, and the remedy"

DESCRIPTION = """\
Looks at all that the daemon needs: settings, keys and their file modes, the bundle (verified, its
networks run on their golden frames), the provider and its libraries, clock, processor, limits,
the state folder and its disk, ports and scanners. Run it as the daemon's user and with its
settings. It changes nothing but makes the state folder where that is missing.
"""

EPILOG = """\
examples:
  python -m edge doctor
  python -m edge doctor --config /etc/steatoscope/edge.toml
  python -m edge doctor --json | jq -r '.findings[] | select(.level != "ok")'

--json prints one object: bundle (path, name, version, sha256), provider and precision in use (null
where the model cannot be used), findings (check, level, words, remedy).

Exit codes: 0 all is well, 1 something is worth a look, 2 the daemon would not run, or not rightly.
"""

STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.description, parser.epilog = DESCRIPTION, EPILOG
    parser.add_argument("--config", type=Path, metavar="FILE", help="the daemon's settings file")
    add_bundle(parser)
    parser.add_argument(
        "--provider", choices=("auto", "cpu", "cuda", "tensorrt"), help="instead of the file's"
    )
    parser.add_argument(
        "--precision", choices=("auto", "fp32", "int8", "fp16"), help="instead of the file's"
    )
    parser.add_argument("--json", action="store_true", help="for a program")


def run(args: argparse.Namespace) -> int:
    """Examine and print; returns the exit code."""
    overrides = given(args, (*OF_BUNDLE, "provider", "precision"))
    logging.disable(logging.CRITICAL)  # what the daemon would log is among the findings
    try:
        report = _examined(args.config, overrides)
    finally:
        logging.disable(logging.NOTSET)
    if args.json:
        print(msgspec.json.format(msgspec.json.encode(report)).decode())
    else:
        _print(report)
    return EXIT[worst(report.findings)]


def _examined(path: Path | None, overrides: dict[str, Any]) -> Report:
    waiting = Console(stderr=True)
    with waiting.status("looking") as status:
        return examine(path, overrides, lambda what: status.update(f"looking at {what}"))


def _print(report: Report) -> None:
    console = Console(highlight=False, width=None if sys.stdout.isatty() else _width())
    table = Table("", "checked", "found", box=None, pad_edge=False)
    for finding in report.findings:
        style = STYLES[finding.level]
        table.add_row(f"[{style}]{finding.level}[/]", finding.check, _words(finding))
    console.print(table)
    counts = [sum(row.level == level for row in report.findings) for level in ("fail", "warn")]
    console.print(f"\n{counts[0]} to mend, {counts[1]} worth a look")


def _words(finding: Finding) -> str:
    words = finding.words.replace("[", r"\[")
    remedy = finding.remedy.replace("[", r"\[")
    return f"{words}\n[dim]→[/] {remedy}" if remedy else words


def _width() -> int:
    return int(os.environ.get("COLUMNS", "100"))
