"""`python -m edge watch`: the estimates in the terminal."""

import argparse
import time
from pathlib import Path

from rich.console import Console

from edge.config import Settings
from edge.scanner.stopping import StopFlag, stop_signals
from edge.sockets.addresses import AddressError, check_address
from edge.sockets.certificate import KeyringError
from edge.sockets.enrolment import Enrolment
from edge.sockets.keyring import ENROLLED, SUFFIX
from edge.sockets.keys import ClientKeys
from edge.terminal.ending import Ending, FirstPicture, FirstReading, Never
from edge.terminal.listener import Listener
from edge.terminal.outputs import Json, Output, for_people, standard_output
from edge.terminal.viewer import Viewer

HELP = "show the estimates in the terminal"

EPILOG = """\
examples:
  python -m edge watch                              the daemon on this host, until Ctrl-C
  python -m edge watch --scanner room1 --once       the latest of one scanner
  python -m edge watch --until-reading --timeout 600 && echo "the exam has ended"
  python -m edge watch tcp://ws3:5556 --keys DIR     a daemon that knows this viewer's key
  python -m edge watch --json > estimates.jsonl     one line a message, the wire's fields

On a terminal it draws a table; into a pipe it writes a line a second for each view. Where nothing
has come for 2 s the numbers are blanked. Exit codes: 0 ended as asked, 2 the address or a key was
refused, or what was asked for did not come in time.
Research use only; not a medical device.
"""

ONCE_TIMEOUT_S = 5.0

DAEMON = "daemon"
"""The name under which a viewer enrols the daemon."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.epilog = EPILOG
    parser.add_argument(
        "address",
        nargs="?",
        default=Settings().estimates.bind,
        metavar="ADDRESS",
        help="where the daemon publishes (default: %(default)s)",
    )
    parser.add_argument("--scanner", metavar="NAME", help="only this scanner (default: all)")
    parser.add_argument(
        "--keys",
        type=Path,
        metavar="DIR",
        help="folder of the viewer's key pair, with the daemon enrolled as "
        f'"{DAEMON}" (`python -m edge keys`); needed for a daemon on another host',
    )
    parser.add_argument("--json", action="store_true", help="one JSON line a message")
    ending = parser.add_mutually_exclusive_group()
    ending.add_argument("--once", action="store_true", help="show the latest values and end")
    ending.add_argument(
        "--until-reading", action="store_true", help="end once an exam's final reading has come"
    )
    parser.add_argument(
        "--timeout",
        type=_seconds,
        metavar="S",
        help=f"end after so many seconds (default: {ONCE_TIMEOUT_S:g} with --once, else never)",
    )


def run(args: argparse.Namespace) -> int:
    """Show what comes until it ends; returns the exit code."""
    errors = Console(stderr=True, soft_wrap=True, markup=False, highlight=False)
    source = args.address + (f", scanner {args.scanner}" if args.scanner else "")
    try:
        keys = _client_keys(args.keys) if args.keys else None
        address = check_address(args.address, secured=keys is not None, connect=True)
        listener = Listener(address, args.scanner, time.monotonic(), keys)
    except (AddressError, KeyringError) as error:
        remedy = "; give --keys DIR" if "loopback" in str(error) else ""
        errors.print(f"steatoscope: {error}{remedy}")
        return 2
    console = standard_output()
    with listener, _output(args, console, source) as output, stop_signals() as stopped:
        reached = _watch(Viewer(listener, output), _ending(args), _timeout_s(args), stopped)
    if reached or not (args.once or args.until_reading):
        return 0
    errors.print(f"steatoscope: {_missing(args, source)}")
    return 2


def _client_keys(folder: Path) -> ClientKeys:
    """The viewer's keys and the daemon's; KeyringError where either is missing."""
    enrolment = Enrolment(folder)
    if DAEMON not in enrolment.enrolled():
        raise KeyringError(
            f"{folder / ENROLLED / (DAEMON + SUFFIX)}: the daemon's key is missing; `python -m "
            f"edge keys enrol {DAEMON} KEY --dir {folder}`"
        )
    return enrolment.client(DAEMON)


def _watch(viewer: Viewer, ending: Ending, timeout_s: float, stopped: StopFlag) -> bool:
    """Whether the end that was asked for was reached before time or the user ended it."""
    deadline_s = time.monotonic() + timeout_s
    while not stopped() and time.monotonic() < deadline_s:
        message = viewer.turn()
        now_s = time.monotonic()
        if message is not None:
            ending.take(message, now_s)
        if ending.reached(now_s):
            viewer.end()
            return True
    viewer.end()
    return False


def _output(args: argparse.Namespace, console: Console, source: str) -> Output:
    return Json(console) if args.json else for_people(console, source)


def _ending(args: argparse.Namespace) -> Ending:
    if args.once:
        return FirstPicture()
    return FirstReading() if args.until_reading else Never()


def _timeout_s(args: argparse.Namespace) -> float:
    if args.timeout is None:
        return ONCE_TIMEOUT_S if args.once else float("inf")
    return float(args.timeout)


def _missing(args: argparse.Namespace, source: str) -> str:
    what = "no final reading" if args.until_reading else "nothing"
    return f"{what} came from {source} before the time was up or it was stopped"


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= 1e6:
        raise argparse.ArgumentTypeError(f"{text!r}: expected seconds, above 0 and up to 1000000")
    return seconds
