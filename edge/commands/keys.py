"""`python -m edge keys`: one's own pair, and who else may connect."""

import argparse
import getpass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from edge.audit import AuditError, Event, Trail
from edge.sockets.certificate import KeyringError, read_public
from edge.sockets.keyring import PUBLIC, Keyring
from edge.sockets.keys import fingerprint, is_public_key
from edge.state import state_folder

HELP = "make a key pair, and enrol or revoke the keys of scanners and viewers"

DESCRIPTION = """\
Every peer has a key pair (CURVE) and knows the public keys of those it talks to; nothing else can
connect, listen or be listened to. A folder holds one's own pair and the keys enrolled:
  own.key_secret       both own keys; never leaves this host
  own.key              the public one: give it to the other side
  enrolled/NAME.key    a peer's public key; NAME is what the settings call the scanner, and as you
                       like for a viewer; a viewer knows the daemon as "daemon"
A daemon that runs takes changes in within 5 s, and cuts off whoever was revoked.
"""

EPILOG = """\
examples:
  python -m edge keys new                        make this host's pair
  python -m edge keys show                       print the public key, and who is enrolled
  python -m edge keys enrol room1 scanner.key    the scanner named room1, by the file it gave
  python -m edge keys enrol ward-7 'KEY'         a viewer, by its key (40 characters, quoted)
  python -m edge keys revoke ward-7              from now on it is out

Then set [keys] dir in the daemon's settings, and give --keys to feed and watch (docs/security.md).
Exit codes: 0 done, 2 refused and nothing changed.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the actions and their options."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.description, parser.epilog = DESCRIPTION, EPILOG
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--dir",
        type=Path,
        default=state_folder() / "keys",
        metavar="DIR",
        help="folder of the keys (default: %(default)s)",
    )
    shared.add_argument(
        "--state-dir",
        metavar="DIR",
        default="",
        help=f"the daemon's state_dir, whose audit trail tells of it (default: {state_folder()})",
    )
    actions = parser.add_subparsers(metavar="ACTION", required=True)

    def action(name: str, text: str) -> argparse.ArgumentParser:
        return actions.add_parser(name, help=text, description=text, parents=[shared])

    action("new", "make one's own pair").set_defaults(act=_new)
    action("show", "print the public key, and who is enrolled").set_defaults(act=_show)
    enrol = action("enrol", "let a scanner or viewer in")
    enrol.add_argument("name", metavar="NAME", help="1 to 64 of A-Z a-z 0-9 . _ -")
    enrol.add_argument(
        "key",
        metavar="KEY|FILE",
        help="its public key (after -- where it begins with -), or the file that holds it",
    )
    enrol.set_defaults(act=_enrol)
    revoke = action("revoke", "shut a scanner or viewer out")
    revoke.add_argument("name", metavar="NAME", help="the name it was enrolled under")
    revoke.set_defaults(act=_revoke)


def run(args: argparse.Namespace) -> int:
    """Do what was asked; returns the exit code."""
    try:
        args.act(args, Keyring(args.dir))
    except KeyringError as error:
        errors = Console(stderr=True, soft_wrap=True, markup=False, highlight=False)
        errors.print(f"steatoscope: {error}")
        return 2
    return 0


def _new(_: argparse.Namespace, keyring: Keyring) -> None:
    pair = keyring.create()
    _say(f"public key   {pair.public}")
    _say(f"in a file    {keyring.folder / PUBLIC}   give either to the other side")
    _say(f"settings     [keys] dir = '{keyring.folder}'")


def _show(_: argparse.Namespace, keyring: Keyring) -> None:
    _say(f"folder       {keyring.folder}")
    _say(f"public key   {keyring.own().public}")
    keys, faults = keyring.enrolled()
    table = Table("name", "public key", title="enrolled", title_justify="left", box=None)
    for name, key in sorted(keys.items()):
        table.add_row(name, key.replace("[", r"\["))
    Console(highlight=False).print(table if keys else "enrolled     nobody yet")
    for fault in faults:
        _say(f"left out     {fault}")


def _enrol(args: argparse.Namespace, keyring: Keyring) -> None:
    key = args.key if is_public_key(args.key) else read_public(Path(args.key))
    keyring.enrol(args.name, key)
    _record(args, "enrolled", key)
    _say(f"{args.name} is enrolled; a daemon that runs takes it in within 5 s")


def _revoke(args: argparse.Namespace, keyring: Keyring) -> None:
    key = keyring.enrolled()[0].get(args.name, "")
    keyring.revoke(args.name)
    _record(args, "revoked", key)
    _say(f"{args.name} is revoked; a daemon that runs cuts it off within 5 s")


def _record(args: argparse.Namespace, event: Event, key: str) -> None:
    """Tell the audit trail who has done it; what is done stays done where that fails."""
    try:
        Trail(state_folder(args.state_dir)).append(
            event, name=args.name, key=fingerprint(key), by=getpass.getuser()
        )
    except AuditError as error:
        errors = Console(stderr=True, soft_wrap=True, markup=False, highlight=False)
        errors.print(f"steatoscope: done, but not recorded: {error}")


def _say(text: str) -> None:
    Console(soft_wrap=True, markup=False, highlight=False).print(text)
