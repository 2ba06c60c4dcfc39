"""`python -m edge run`: the daemon."""

import argparse
import gc
import logging
import signal
import sys
import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from edge import config, log
from edge.commands.arguments import OF_BUNDLE, add_bundle, given, source_of
from edge.contract.bundle import BundleError
from edge.daemon import Daemon, Scanner
from edge.inbox import Inbox
from edge.journal.errors import JournalError
from edge.journal.opening import OpenedJournal, now, open_journal
from edge.journal.outlet import Direct, Journal, Outlet
from edge.journal.restored import Restored
from edge.journal.store import Limits
from edge.opening import open_runner, remember_bundle
from edge.pipeline import Pipeline
from edge.providers import ProviderError
from edge.runner import ModelError, Runner
from edge.sockets.addresses import AddressError
from edge.sockets.authenticator import Authenticator
from edge.sockets.bus import Bus
from edge.sockets.certificate import KeyringError
from edge.sockets.enrolment import Enrolment
from edge.sockets.keys import ClientKeys, pinned
from edge.sockets.link import Link
from edge.sockets.receiver import Post, Receiver

HELP = "read frames from scanners and publish liver-fat estimates"

EPILOG = """\
Without a settings file it listens to one scanner, named "scanner", on tcp://127.0.0.1:5555 and
publishes on tcp://127.0.0.1:5556. Flags win over the file. An example file: deploy/edge.toml

  python -m edge run
  python -m edge run --config edge.toml --check
  python -m edge run --frames ipc:///run/scanner.sock --provider cuda
  python -m edge run --bundle DIR --trusted-key KEY

A bundle other than the built-in one runs if a key in trusted_keys has signed it (docs/bundle.md);
with --allow-unsigned any runs, and every message then carries the flag unsigned_model.

It ends on SIGTERM or Ctrl-C after reading what it has received. Exit codes: 0 ended as asked,
2 settings, keys, bundle, provider or journal refused (nothing was opened), 3 an address could not
be bound, 4 an internal fault (a supervisor should start it again).
Research use only; not a medical device.
"""

SWITCH_S = 0.0005
"""How long a Python thread may keep the interpreter while another waits: below a frame's budget."""

FLAGS = (
    *OF_BUNDLE,
    "provider",
    "precision",
    "threads",
    "log_level",
)
"""Flags that stand for the setting of their name."""

REFUSED = (config.ConfigError, BundleError, ProviderError, ModelError, KeyringError, JournalError)

logger = logging.getLogger("edge")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.epilog = EPILOG
    parser.add_argument("--config", type=Path, metavar="FILE", help="settings file (TOML)")
    add_bundle(parser)
    parser.add_argument(
        "--provider",
        choices=("auto", "cpu", "cuda", "tensorrt"),
        help="auto: CUDA where it can be had, else CPU; one named here is used or refused",
    )
    parser.add_argument(
        "--precision",
        choices=("auto", "fp32", "int8", "fp16"),
        help="auto: int8 on a CPU with VNNI or AMX where it is faster, else fp32; "
        "one named here is used or refused",
    )
    parser.add_argument("--threads", type=int, metavar="N", help="threads of one inference (1)")
    parser.add_argument(
        "--frames", metavar="ADDRESS", help="listen to one scanner here, instead of the file's"
    )
    parser.add_argument("--bind", metavar="ADDRESS", help="publish the estimates here")
    parser.add_argument(
        "--durability",
        choices=("full", "normal", "off"),
        help="of the journal: what a power cut may take; off: none is kept (docs/journal.md)",
    )
    parser.add_argument("--log-level", choices=("debug", "info", "warning", "error"))
    parser.add_argument("--check", action="store_true", help="check settings and bundle, and end")


def run(args: argparse.Namespace) -> int:
    """Run the daemon until it is told to stop; returns the exit code."""
    try:
        settings = config.load(args.config, _overrides(args))
        log.set_up(settings.log_level)
        bundle, runner = open_runner(settings, source_of(args))
        enrolment = Enrolment(settings.keys.folder) if settings.keys.folder else None
        journal = None
        if not args.check:
            remember_bundle(settings, bundle)
            journal = _open_journal(settings, runner)
    except REFUSED as error:
        print(f"steatoscope: {error}", file=sys.stderr)
        return 2
    if args.check:
        print(f"settings and bundle are right; {_describe(runner)}")
        return 0
    with ExitStack() as stack:
        try:
            bus = stack.enter_context(_open_bus(settings, enrolment, stack))
        except AddressError as error:
            print(f"steatoscope: {error}", file=sys.stderr)
            return 3
        return _serve(settings, runner, bus, enrolment, journal)


def _open_journal(settings: config.Settings, runner: Runner) -> OpenedJournal | None:
    """The journal and what it restores; None where none is kept."""
    chosen = settings.journal
    if chosen.durability == "off":
        return None
    return open_journal(
        settings.journal_path,
        chosen.durability,
        Limits(chosen.keep_days, chosen.keep_mib * config.MEBIBYTE),
        [scanner.name for scanner in settings.scanner],
        now(runner.info, runner.intervals, settings.rule, settings.exam_idle_s),
    )


def _open_bus(settings: config.Settings, enrolment: Enrolment | None, stack: ExitStack) -> Bus:
    """The bus, behind an authenticator where there are keys; a scanner's key opens no bus."""
    if enrolment is None:
        return Bus(settings.estimates.bind)
    scanners = frozenset(scanner.name for scanner in settings.scanner)
    door = stack.enter_context(Authenticator(enrolment, barred=scanners))
    return Bus(settings.estimates.bind, door)


def _link_keys(scanner: config.ScannerSettings, enrolment: Enrolment | None) -> ClientKeys | None:
    """Keys of the link to a scanner: enrolled, or its own from the settings, or none."""
    if enrolment is not None:
        if scanner.name not in enrolment.enrolled():
            logger.warning("scanner %s: not enrolled yet, so nothing is connected", scanner.name)
        return enrolment.client(scanner.name)
    return pinned(scanner.server_key)


def _overrides(args: argparse.Namespace) -> dict[str, Any]:
    """Flags that were given, under the names of the settings."""
    overrides = given(args, FLAGS)
    if args.frames:
        overrides["scanner"] = [{"name": "scanner", "frames": args.frames}]
    if args.bind:
        overrides["estimates"] = {"bind": args.bind}
    if args.durability:
        overrides["journal"] = {"durability": args.durability}
    return overrides


def _serve(
    settings: config.Settings,
    runner: Runner,
    bus: Bus,
    enrolment: Enrolment | None,
    journal: OpenedJournal | None,
) -> int:
    sys.setswitchinterval(SWITCH_S)
    # What has been loaded stays: without this a full collection stops a frame for 15 ms.
    gc.freeze()
    ready = threading.Condition()
    posts, scanners, failures = [], [], []
    for scanner in settings.scanner:
        place = _place(settings, scanner, ready, runner, journal)
        link = Link(
            scanner.frames,
            time.monotonic(),
            keys=_link_keys(scanner, enrolment),
            max_message_bytes=settings.max_message_mib * config.MEBIBYTE,
        )
        posts.append(Post(scanner.name, link, place.inbox))
        scanners.append(place)
    outlet = _outlet(bus, journal, ready)
    daemon = Daemon(scanners, bus, outlet, ready, runner.info, settings.exam_idle_s)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: daemon.stop())

    def fail(crash: threading.ExceptHookArgs) -> None:
        failures.append(crash)
        daemon.stop()

    threading.excepthook = fail
    receiver = Receiver(posts)
    outlet.start()
    receiver.start()
    names = ", ".join(f"{scanner.name} at {scanner.frames}" for scanner in settings.scanner)
    logger.info("ready: %s; listening to %s", _describe(runner), names)
    logger.info("estimates on %s", bus.endpoint)
    try:
        daemon.run()
    finally:
        receiver.stop()
    daemon.drain()
    outlet.close()
    for failure in failures:
        # The type alone: an exception's text may hold what a peer sent.
        logger.critical("a thread failed: %s", failure.exc_type.__name__)
    logger.info("stopped")
    return 4 if failures else 0


def _place(
    settings: config.Settings,
    scanner: config.ScannerSettings,
    ready: threading.Condition,
    runner: Runner,
    journal: OpenedJournal | None,
) -> Scanner:
    """A scanner's way through the daemon, with what an earlier run has left open."""
    restored = journal.restored[scanner.name] if journal else Restored()
    diary = journal.diaries[scanner.name] if journal else None
    pipeline = Pipeline(scanner.name, runner, time.monotonic_ns, settings.rule, diary)
    pipeline.adopt(restored)
    return Scanner(scanner.name, Inbox(ready, ledger=restored.ledger), pipeline)


def _outlet(bus: Bus, journal: OpenedJournal | None, ready: threading.Condition) -> Outlet:
    """Where estimates and readings go."""
    if journal is None:
        return Direct(bus)
    return Journal(bus, journal.writer(ready), journal.files)


def _describe(runner: Runner) -> str:
    info = runner.info
    marks = "".join(f", {flag}" for flag in info.flags)
    return f"model {info.name} {info.version} ({info.precision}{marks}) on {info.provider}"
