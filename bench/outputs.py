"""What every command does with its figures: a table, and the files that were asked for."""

import argparse
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from rich.console import Console

from bench import machine, page, result
from bench.errors import BenchError
from bench.table import show
from edge.contract.bundle import BundleError
from edge.providers import ProviderError
from edge.runner import ModelError

REFUSED = (BundleError, ProviderError, ModelError)


def add_outputs(parser: argparse.ArgumentParser) -> None:
    """Declare --json and --html."""
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write every figure here")
    parser.add_argument("--html", type=Path, metavar="FILE", help="also draw a page of it here")


def errors() -> Console:
    """Where errors and progress go."""
    return Console(stderr=True, soft_wrap=True, markup=False, highlight=False)


def report(args: argparse.Namespace, measure: Callable[[Console], list[result.Row]]) -> int:
    """Measure, show and write; the exit code: 0, 1 it could not be measured, 2 refused."""
    console = errors()
    for name in ("json", "html"):
        path = getattr(args, name, None)
        if path and not path.parent.is_dir():
            console.print(f"bench: --{name} {path}: no such folder; make it or name another")
            return 2
    # A plain SIGTERM would end this process without its children.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    host, used = machine.fingerprint(), machine.versions()
    try:
        rows = measure(console)
    except REFUSED as error:
        console.print(f"bench: {error}")
        return 2
    except BenchError as error:
        console.print(f"bench: {error}")
        return 1
    found = result.Report(rows=rows, machine=host, versions=used)
    Console(highlight=False).print(show(found))
    if args.json:
        result.write(found, args.json)
    if args.html:
        args.html.write_text(page.draw(found), encoding="utf-8")
    return 0
