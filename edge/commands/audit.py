"""`python -m edge audit`: what the trail says, and whether anything in it was changed."""

import argparse
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from edge.audit import EVENTS, AuditError, records, verify
from edge.state import state_folder

HELP = "show the audit trail, and find out whether anything in it was changed"

DESCRIPTION = """\
The daemon and `python -m edge keys` record who was let in and turned away, what ran and what
changed, one line of JSON each, in the folder audit/ of the state folder. Each line carries a keyed
hash over itself and all lines before it, and a second file tells where the trail ends: an edit, a
line taken out and an end cut off are found. What cannot be seen from here is a whole folder put
back to an older state, or removed: copy the trail to another host for that (docs/health.md).
"""

EPILOG = """\
examples:
  python -m edge audit show                    the last 40 records
  python -m edge audit show --last 0 --json    all of them, as they stand
  python -m edge audit verify                  is it whole?
  python -m edge audit events                  what the kinds of records mean

Exit codes: 0 done, and the trail is whole; 1 something was edited, removed or cut off;
2 there is no trail, or it cannot be read.
"""

_OUTSIDE = ("n", "ts", "event")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the actions and their options."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.description, parser.epilog = DESCRIPTION, EPILOG
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--state-dir",
        metavar="DIR",
        default="",
        help=f"the daemon's state_dir (default: {state_folder()})",
    )
    actions = parser.add_subparsers(metavar="ACTION", required=True)

    def action(name: str, text: str) -> argparse.ArgumentParser:
        return actions.add_parser(name, help=text, description=text, parents=[shared])

    action("verify", "check every record").set_defaults(act=_verify)
    show = action("show", "print records, newest last")
    show.add_argument(
        "--last", type=int, default=40, metavar="N", help="so many, 0 for all (%(default)s)"
    )
    show.add_argument("--json", action="store_true", help="as lines of JSON")
    show.set_defaults(act=_show)
    action("events", "print what the kinds of records mean").set_defaults(act=_events)


def run(args: argparse.Namespace) -> int:
    """Do what was asked; returns the exit code."""
    try:
        return int(args.act(args, state_folder(args.state_dir)))
    except (AuditError, OSError) as error:
        errors = Console(stderr=True, soft_wrap=True, markup=False, highlight=False)
        errors.print(f"steatoscope: {error}")
        return 2


def _verify(_: argparse.Namespace, state: Path) -> int:
    report = verify(state)
    for problem in report.problems:
        _say(problem)
    if report.whole:
        _say(f"the trail is whole: records {report.first} to {report.last}")
        return 0
    _say("the trail is NOT whole; keep a copy of the folder as it is")
    return 1


def _show(args: argparse.Namespace, state: Path) -> int:
    report = verify(state)
    chosen = list(records(state))[-args.last if args.last > 0 else 0 :]
    if args.json:
        for record in chosen:
            print(msgspec.json.encode(record).decode())
    else:
        Console(highlight=False).print(_table(chosen))
    if not report.whole:
        errors = Console(stderr=True, soft_wrap=True, markup=False, highlight=False)
        errors.print("steatoscope: the trail is NOT whole; see `python -m edge audit verify`")
    return 0 if report.whole else 1


def _events(_: argparse.Namespace, __: Path) -> int:
    table = Table("event", "meaning", box=None)
    for event, meaning in EVENTS.items():
        table.add_row(event, meaning)
    Console(highlight=False).print(table)
    return 0


def _table(found: list[dict[str, Any]]) -> Table:
    table = Table("n", "time (UTC)", "event", "particulars", box=None)
    for record in found:
        rest = [f"{name}={value}" for name, value in record.items() if name not in _OUTSIDE]
        cells = [str(record.get(name, "?")) for name in _OUTSIDE]
        table.add_row(*(cell.replace("[", r"\[") for cell in (*cells, " ".join(rest))))
    return table


def _say(text: str) -> None:
    Console(soft_wrap=True, markup=False, highlight=False).print(text)
