"""`python -m edge run`: the daemon."""

import argparse
import logging
import os
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from edge import config, log
from edge.audit import Audit, AuditError, Trail
from edge.commands.arguments import OF_BUNDLE, add_bundle, given, source_of
from edge.contract.bundle import BundleError
from edge.health.server import HealthError, HealthServer
from edge.journal.opening import OpenedJournal, now, open_journal
from edge.journal.store import Limits
from edge.opening import open_runner, remember_bundle
from edge.parts import Parts
from edge.processor import cpus_of, keep_to
from edge.reload import REFUSED, Source
from edge.runner import ModelError, Runner
from edge.serving import FAULT_EXIT_CODE, Service, describe
from edge.sockets.addresses import AddressError
from edge.sockets.authenticator import Authenticator
from edge.sockets.bus import Bus
from edge.sockets.enrolment import Enrolment
from edge.state import state_folder

HELP = "read frames from scanners and publish liver-fat estimates"

EPILOG = """\
Without a settings file it listens to one scanner, named "scanner", on tcp://127.0.0.1:5555 and
publishes on tcp://127.0.0.1:5556. Flags win over the file. An example file: deploy/edge.toml

  python -m edge run
  python -m edge run --config edge.toml --check
  python -m edge run --frames ipc:///run/scanner.sock --provider cuda
  python -m edge run --bundle DIR --trusted-key KEY

How it fares stands on http://127.0.0.1:9108 under /healthz, /readyz and /metrics (docs/health.md);
`python -m edge doctor` looks at the host it is to run on.
A bundle other than the built-in one runs if a key in trusted_keys has signed it (docs/bundle.md);
with --allow-unsigned any runs, and every message then carries the flag unsigned_model.

It ends on SIGTERM or Ctrl-C after reading what it has received, at once on a second. On SIGHUP it
reads settings, keys and bundle anew: they are checked whole, beside the readings, and where
something is refused nothing changes (docs/operations.md).

Exit codes: 0 ended as asked, 2 settings, keys, bundle, provider or journal refused (nothing was
opened), 3 an address could not be bound, 4 an internal fault, 1 it hung for 4 s and ended itself,
as it does where no service manager watches it. After 1 and 4 a supervisor should start it again.
Research use only; not a medical device.
"""

FLAGS = (
    *OF_BUNDLE,
    "provider",
    "precision",
    "threads",
    "cpus",
    "log_level",
    "log_format",
)
"""Flags that stand for the setting of their name."""

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
        "--cpus", metavar="LIST", help='CPUs to run on, as "2,4-7"; "", the default: all given'
    )
    parser.add_argument(
        "--frames", metavar="ADDRESS", help="listen to one scanner here, instead of the file's"
    )
    parser.add_argument("--bind", metavar="ADDRESS", help="publish the estimates here")
    parser.add_argument(
        "--health",
        metavar="HOST:PORT",
        help='serve health and metrics here (127.0.0.1:9108); "" for nowhere',
    )
    parser.add_argument(
        "--durability",
        choices=("full", "normal", "off"),
        help="of the journal: what a power cut may take; off: none is kept (docs/journal.md)",
    )
    parser.add_argument("--log-level", choices=("debug", "info", "warning", "error"))
    parser.add_argument("--log-format", choices=("text", "json"), help="of a line (text)")
    parser.add_argument(
        "--check", action="store_true", help="check settings, keys and bundle, and end"
    )


def run(args: argparse.Namespace) -> int:
    """Run the daemon until it is told to stop; returns the exit code."""
    try:
        settings = _settings(args)
        _keep_to_cpus(settings, args)
        limit = log.set_up(settings.log_level, settings.log_format, settings.log_file)
        audit = Audit(state_folder(settings.state_dir))
        runner, enrolment, journal = _open(settings, args, audit)
    except REFUSED as error:
        print(f"steatoscope: {error}", file=sys.stderr)
        return 2
    if args.check:
        print(f"settings, keys and bundle are right; {describe(runner)}")
        return 0
    _keep_memory_off_the_disk()
    with ExitStack() as stack:
        try:
            bus = stack.enter_context(_open_bus(settings, enrolment, stack))
            health = _open_health(settings, stack)
        except (AddressError, HealthError) as error:
            print(f"steatoscope: {error}", file=sys.stderr)
            return 3
        stack.enter_context(audit)
        parts = Parts(settings, runner, bus, enrolment, journal, audit, health, limit)
        try:
            return Service(parts, Source(source_of(args), lambda: _settings(args))).run()
        except Exception:
            # The log shows where, and of what kind, but no text that may hold what a peer sent.
            logger.critical("an internal fault", exc_info=True)
            return FAULT_EXIT_CODE


def _keep_to_cpus(settings: config.Settings, args: argparse.Namespace) -> None:
    try:
        keep_to(cpus_of(settings.cpus))
    except PermissionError as error:
        raise config.ConfigError(
            f"{source_of(args)}: cpus: this process may not choose its CPUs; leave it out, and "
            "under systemd set CPUAffinity= in the unit instead"
        ) from error


def _keep_memory_off_the_disk() -> None:
    """No core dump: it would hold pictures and the ids of exams."""
    if os.name == "posix":
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (0, hard))


def _open(
    settings: config.Settings, args: argparse.Namespace, audit: Audit
) -> tuple[Runner, Enrolment | None, OpenedJournal | None]:
    """Model, keys and journal; one of REFUSED where any is, and then the trail tells of it."""
    folder = settings.keys.folder
    try:
        bundle, runner = open_runner(settings, source_of(args))
        enrolment = Enrolment(folder, record=audit.record) if folder else None
        if args.check:
            return runner, enrolment, None
        remember_bundle(settings, bundle)
        return runner, enrolment, _open_journal(settings, runner)
    except REFUSED as error:
        if not args.check:
            _record_refusal(settings, error)
        raise


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


def _record_refusal(settings: config.Settings, error: Exception) -> None:
    of_bundle = isinstance(error, BundleError | ModelError)
    reason = error.reason if isinstance(error, BundleError) else type(error).__name__
    try:
        Trail(state_folder(settings.state_dir)).append(
            "bundle_refused" if of_bundle else "settings_refused", reason=reason
        )
    except AuditError as fault:
        logger.error("not audited: %s", fault)  # noqa: TRY400  # all of it is in the text


def _open_health(settings: config.Settings, stack: ExitStack) -> HealthServer | None:
    """Where health will be served; HealthError where the address is taken."""
    place = settings.health.place
    return stack.enter_context(HealthServer(place)) if place else None


def _open_bus(settings: config.Settings, enrolment: Enrolment | None, stack: ExitStack) -> Bus:
    """The bus, behind an authenticator where there are keys; a scanner's key opens no bus."""
    if enrolment is None:
        return Bus(settings.estimates.bind)
    scanners = frozenset(scanner.name for scanner in settings.scanner)
    door = stack.enter_context(Authenticator(enrolment, barred=scanners))
    return Bus(settings.estimates.bind, door)


def _settings(args: argparse.Namespace) -> config.Settings:
    """The settings file as it is now, under the flags."""
    return config.load(args.config, _overrides(args))


def _overrides(args: argparse.Namespace) -> dict[str, Any]:
    """Flags that were given, under the names of the settings."""
    overrides = given(args, FLAGS)
    if args.frames:
        overrides["scanner"] = [{"name": "scanner", "frames": args.frames}]
    if args.bind:
        overrides["estimates"] = {"bind": args.bind}
    if args.health is not None:
        overrides["health"] = {"bind": args.health}
    if args.durability:
        overrides["journal"] = {"durability": args.durability}
    return overrides
