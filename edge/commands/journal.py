"""`python -m edge journal`: is it whole, what stands in it, and how to make it smaller."""

import argparse
import csv
import io
import sqlite3
import sys
import time
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import IO, Any

import msgspec
from rich.console import Console
from rich.progress import Progress, TextColumn, TimeElapsedColumn

from edge import config
from edge.journal import faults
from edge.journal.chain import Chain, read_key
from edge.journal.connection import open_reader
from edge.journal.errors import JournalBusyError, JournalError
from edge.journal.export import ESTIMATE, READING, Export
from edge.journal.files import JournalFiles
from edge.journal.head import read_head
from edge.journal.restore import restore
from edge.journal.store import Limits
from edge.journal.verify import Report, verify
from edge.offline.writers import WriteError, new_file

HELP = "check the journal, print what stands in it, or make it smaller"

DESCRIPTION = """\
Every estimate is in the journal before it is published, and a start goes on from there
(docs/journal.md). Its rows are chained by a key that lies beside it (FILE.key), so that damage and
changes are found.
"""

EPILOG = """\
examples:
  python -m edge journal verify                          is every row as it was written?
  python -m edge journal verify --config edge.toml       of the daemon with these settings
  python -m edge journal export readings                 the readings, as JSON lines
  python -m edge journal export estimates --exam E7 --format csv --out e7.csv
  python -m edge journal purge --days 7                  take out what is older than a week

verify and export work while the daemon runs and never write. purge is for a daemon that is stopped:
one that runs purges by itself, as its settings [journal] keep_days and keep_mib say.
What is exported is health data.
Exit codes: 0 done and whole, 1 damage was found, 2 it cannot be opened or written.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the actions and their options."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.description, parser.epilog = DESCRIPTION, EPILOG
    shared = argparse.ArgumentParser(add_help=False)
    where = shared.add_mutually_exclusive_group()
    where.add_argument("--journal", type=Path, metavar="FILE", help="the journal")
    where.add_argument(
        "--config",
        type=Path,
        metavar="FILE",
        help="the daemon's settings, which say where it is (default: where it is without any)",
    )
    actions = parser.add_subparsers(metavar="ACTION", required=True)

    def action(name: str, text: str) -> argparse.ArgumentParser:
        return actions.add_parser(name, help=text, description=text, parents=[shared])

    check = action("verify", "check every row against the chain")
    check.add_argument("--json", action="store_true", help="what was found, for a script")
    check.set_defaults(act=_verify)
    export = action("export", "print the estimates or the readings, under the wire's names")
    add = export.add_argument
    add("what", choices=("estimates", "readings"))
    add("--exam", metavar="ID", help="of one exam only")
    add("--format", choices=("json", "csv"), default="json", help="JSON lines, or a sheet")
    add("--out", type=Path, metavar="FILE", help="default: standard output")
    export.set_defaults(act=_export)
    purge = action("purge", "take old rows out of the journal of a daemon that is stopped")
    add = purge.add_argument
    add("--days", type=float, metavar="N", help="what is older goes (default: keep_days)")
    add("--mib", type=int, metavar="N", help="and what is more (default: keep_mib)")
    purge.set_defaults(act=_purge)


def run(args: argparse.Namespace) -> int:
    """Do what was asked; returns the exit code."""
    errors = Console(stderr=True, soft_wrap=True, markup=False, highlight=False)
    try:
        settings = config.load(args.config, {})
        path = args.journal or settings.journal_path
        return int(args.act(args, path, settings, errors))
    except (JournalError, config.ConfigError, WriteError) as error:
        errors.print(f"steatoscope: {error}")
    except (sqlite3.Error, OSError) as error:
        fault = faults.in_words(error)
        errors.print(f"steatoscope: {path}: {fault} ({error}); {faults.remedy(fault)}")
    return 2


def _verify(
    args: argparse.Namespace, path: Path, _settings: config.Settings, errors: Console
) -> int:
    connection, chain = open_reader(path), Chain(read_key(path))
    with _bar(errors) as bar:
        task = bar.add_task("rows", total=None)
        report = verify(connection, chain, path, lambda rows: bar.update(task, completed=rows))
    connection.close()
    if args.json:
        print(msgspec.json.encode({"whole": report.whole, **vars(report)}).decode())
    else:
        _show(path, report)
    return 0 if report.whole else 1


def _show(path: Path, report: Report) -> None:
    console = Console(soft_wrap=True, markup=False, highlight=False)
    console.print(f"journal   {path}")
    console.print(
        f"rows      {report.rows} ({report.first} to {report.last}): {report.estimates} estimates, "
        f"{report.readings} readings"
    )
    console.print(f"exams     {report.exams} begun, {report.open} open, {report.damaged} damaged")
    for note in report.notes:
        console.print(f"note      {note}")
    for fault in report.faults:
        console.print(f"damage    {fault}")
    if (more := report.wrong - len(report.faults)) > 0:
        console.print(f"damage    and {more} more")
    console.print("whole     every row is as it was written" if report.whole else "NOT WHOLE")


def _export(
    args: argparse.Namespace, path: Path, _settings: config.Settings, errors: Console
) -> int:
    connection, chain = open_reader(path), Chain(read_key(path))
    export = Export(connection, chain, args.exam)
    columns = ESTIMATE if args.what == "estimates" else READING
    with _bar(errors) as bar, _file(args.out) as file:
        task = bar.add_task("rows", total=None)
        found = export.found(args.what, lambda: bar.advance(task))
        _write(found, args.format, columns, file)
    connection.close()
    if export.damaged:
        errors.print(
            f"steatoscope: {path}: {export.damaged} damaged rows are left out; "
            "`python -m edge journal verify` tells which"
        )
    return 1 if export.damaged else 0


def _write(
    found: Iterable[dict[str, Any]], form: str, columns: tuple[str, ...], file: IO[bytes]
) -> None:
    if form == "csv":
        file.write(_line(columns))
    for row in found:
        if form == "csv":
            file.write(_line(tuple(_cell(row[name]) for name in columns)))
        else:
            file.write(msgspec.json.encode(row) + b"\n")
    file.flush()


def _cell(value: object) -> object:
    if value is None:
        return ""
    return value if isinstance(value, int | float | str) else msgspec.json.encode(value).decode()


def _line(values: tuple[object, ...]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(values)
    return text.getvalue().encode()


def _purge(args: argparse.Namespace, path: Path, settings: config.Settings, errors: Console) -> int:
    chosen = settings.journal
    limits = Limits(
        chosen.keep_days if args.days is None else args.days,
        (chosen.keep_mib if args.mib is None else args.mib) * config.MEBIBYTE,
    )
    open_reader(path).close()  # a purge makes no journal
    try:
        files = JournalFiles(path, "full", limits)
    except JournalBusyError as error:
        raise JournalError(
            f"{path}: a daemon writes this journal, and purges it by itself as its settings "
            "[journal] keep_days and keep_mib say; set those, or stop it first"
        ) from error
    try:
        store = files.first_open()
        found = restore(store.connection, files.chain, read_head(path, files.chain))
        store.progress = found.progress
        if found.lossy or found.damaged:
            raise JournalError(
                f"{path}: it is damaged, and nothing is taken out so that nothing more is lost; "
                "`python -m edge journal verify` tells what is; a start of the daemon notes it"
            )
        with _bar(errors) as bar:
            task = bar.add_task("rows taken out", total=None)
            while purged := store.purge(limits, time.time_ns()):
                bar.advance(task, purged)
            gone = int(bar.tasks[0].completed)
        while store.shrink(0):
            pass
        store.settle()
        store.close()
    finally:
        files.close()
    print(f"{gone} rows taken out; {path.stat().st_size / config.MEBIBYTE:.1f} MiB are left")
    return 0


def _bar(errors: Console) -> Progress:
    """Rows gone through, on a terminal; nothing where the output is none."""
    return Progress(
        TextColumn("{task.description}"),
        TextColumn("{task.completed:.0f}"),
        TimeElapsedColumn(),
        console=errors,
        disable=not errors.is_terminal,
        refresh_per_second=4,
    )


def _file(out: Path | None) -> AbstractContextManager[IO[bytes]]:
    return nullcontext(sys.stdout.buffer) if out is None else new_file(out)
