"""`python -m edge run`: the daemon."""

import argparse
import gc
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge import __version__, config, log
from edge.audit import Audit, AuditError, Trail, last
from edge.clock import ClockWatch
from edge.commands.arguments import OF_BUNDLE, add_bundle, given, source_of
from edge.contract.bundle import BundleError
from edge.daemon import Daemon, Scanner
from edge.health.pages import pages
from edge.health.server import HealthError, HealthServer
from edge.health.watched import Watched, WatchedScanner
from edge.inbox import Inbox
from edge.opening import open_runner, remember_bundle
from edge.pipeline import Pipeline
from edge.providers import ProviderError
from edge.runner import ModelError, Runner
from edge.sockets.addresses import AddressError
from edge.sockets.authenticator import Authenticator
from edge.sockets.bus import Bus
from edge.sockets.certificate import KeyringError
from edge.sockets.enrolment import Enrolment
from edge.sockets.keys import ClientKeys, fingerprint, pinned
from edge.sockets.link import Link
from edge.sockets.receiver import Post, Receiver
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

It ends on SIGTERM or Ctrl-C after reading what it has received. Exit codes: 0 ended as asked,
2 settings, keys, bundle or provider refused (nothing was opened), 3 an address could not be bound,
4 an internal fault (a supervisor should start it again).
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
    "log_format",
)
"""Flags that stand for the setting of their name."""

REFUSED = (
    config.ConfigError,
    BundleError,
    ProviderError,
    ModelError,
    KeyringError,
    log.LogFileError,
)

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
        "--health",
        metavar="HOST:PORT",
        help='serve health and metrics here (127.0.0.1:9108); "" for nowhere',
    )
    parser.add_argument("--log-level", choices=("debug", "info", "warning", "error"))
    parser.add_argument("--log-format", choices=("text", "json"), help="of a line (text)")
    parser.add_argument(
        "--check", action="store_true", help="check settings, keys and bundle, and end"
    )


def run(args: argparse.Namespace) -> int:
    """Run the daemon until it is told to stop; returns the exit code."""
    try:
        settings = config.load(args.config, _overrides(args))
        limit = log.set_up(settings.log_level, settings.log_format, settings.log_file)
        audit = Audit(state_folder(settings.state_dir))
        runner, enrolment = _open(settings, args, audit)
    except REFUSED as error:
        print(f"steatoscope: {error}", file=sys.stderr)
        return 2
    if args.check:
        print(f"settings, keys and bundle are right; {_describe(runner)}")
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
        return _serve(Parts(settings, runner, bus, enrolment, audit, health, limit))


def _keep_memory_off_the_disk() -> None:
    """No core dump: it would hold pictures and the ids of exams."""
    if os.name == "posix":
        import resource

        _, hard = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (0, hard))


@dataclass(frozen=True)
class Parts:
    """What the daemon is made of, open."""

    settings: config.Settings
    runner: Runner
    bus: Bus
    enrolment: Enrolment | None
    audit: Audit
    health: HealthServer | None
    limit: log.OncePerSecond


def _open(
    settings: config.Settings, args: argparse.Namespace, audit: Audit
) -> tuple[Runner, Enrolment | None]:
    """Model and keys; one of REFUSED where either is, and then the trail tells of it."""
    folder = settings.keys.folder
    try:
        bundle, runner = open_runner(settings, source_of(args))
        enrolment = Enrolment(folder, record=audit.record) if folder else None
        if not args.check:
            remember_bundle(settings, bundle)
    except REFUSED as error:
        if not args.check:
            _record_refusal(settings, error)
        raise
    return runner, enrolment


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
    if args.health is not None:
        overrides["health"] = {"bind": args.health}
    return overrides


def _serve(parts: Parts) -> int:
    sys.setswitchinterval(SWITCH_S)
    # What has been loaded stays: without this a full collection stops a frame for 15 ms.
    gc.freeze()
    ready = threading.Condition()
    posts, scanners = _listen(parts, ready)
    clock = ClockWatch(lambda step_s: parts.audit.record("clock_step", seconds=round(step_s, 3)))
    daemon = Daemon(
        scanners, parts.bus, ready, parts.runner.info, parts.settings.exam_idle_s, clock
    )
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: daemon.stop())
    receiver = Receiver(posts)
    failures = _stop_without(receiver, daemon)
    receiver.start()
    if parts.health:
        watched = _watched(parts, scanners, posts, daemon, receiver)
        parts.health.start(pages(watched))
        logger.info("health on http://%s", parts.health.place)
    names = ", ".join(f"{scanner.name} at {scanner.frames}" for scanner in parts.settings.scanner)
    logger.info("ready: %s; listening to %s", _describe(parts.runner), names)
    logger.info("estimates on %s", parts.bus.endpoint)
    with _audited(parts, failures):
        try:
            daemon.run()
        finally:
            receiver.stop()
        daemon.drain()
    for failure in failures:
        # The type alone: an exception's text may hold what a peer sent.
        logger.critical("the receiving thread failed: %s", failure.exc_type.__name__)
    logger.info("stopped")
    return 4 if failures else 0


def _listen(parts: Parts, ready: threading.Condition) -> tuple[list[Post], list[Scanner]]:
    """A link and a pipeline for each scanner of the settings."""
    settings = parts.settings
    posts, scanners = [], []
    for scanner in settings.scanner:
        inbox = Inbox(ready)
        link = Link(
            scanner.frames,
            time.monotonic(),
            keys=_link_keys(scanner, parts.enrolment),
            max_message_bytes=settings.max_message_mib * config.MEBIBYTE,
        )
        posts.append(Post(scanner.name, link, inbox))
        pipeline = Pipeline(scanner.name, parts.runner, time.monotonic_ns, settings.rule)
        scanners.append(Scanner(scanner.name, inbox, pipeline))
    return posts, scanners


def _stop_without(receiver: Receiver, daemon: Daemon) -> list[threading.ExceptHookArgs]:
    """Have the daemon stop should the receiving thread fail; the list then says why."""
    failures: list[threading.ExceptHookArgs] = []
    others = threading.excepthook

    def fail(crash: threading.ExceptHookArgs) -> None:
        if crash.thread is not receiver:  # health and audit are no reason to stop reading
            others(crash)
            return
        failures.append(crash)
        daemon.stop()

    threading.excepthook = fail
    return failures


def _watched(
    parts: Parts, scanners: list[Scanner], posts: list[Post], daemon: Daemon, receiver: Receiver
) -> Watched:
    """What health looks at."""
    watched = [
        WatchedScanner(scanner.name, scanner.inbox, post.link, scanner.tally)
        for scanner, post in zip(scanners, posts, strict=True)
    ]
    return Watched(
        scanners=lambda: watched,
        loop=daemon,
        receiver=receiver,
        port=parts.bus.port,
        model=lambda: parts.runner.info,
        clock=daemon.clock,
        provider_asked=parts.settings.provider,
        door=parts.bus.door,
        audit=parts.audit,
        log=parts.limit,
    )


@contextmanager
def _audited(parts: Parts, failures: list[threading.ExceptHookArgs]) -> Iterator[None]:
    """Record the start, with what runs, and the end, with how it came."""
    info, record, started_s = parts.runner.info, parts.audit.record, time.monotonic()
    before = last(state_folder(parts.settings.state_dir), "start") or {}
    peers = parts.enrolment.enrolled() if parts.enrolment else {}
    record(
        "start",
        version=__version__,
        model=f"{info.name} {info.version}",
        bundle=info.sha256,
        provider=info.provider,
        precision=info.precision,
        estimates=parts.bus.endpoint,
        scanners=len(parts.settings.scanner),
        peers=len(peers),
        enrolment=fingerprint(*sorted(f"{name} {key}" for name, key in peers.items())),
    )
    if before.get("bundle") not in (None, info.sha256):
        record("bundle_changed", before=str(before["bundle"]), after=info.sha256)
    how = "asked to"
    try:
        yield
        how = failures[0].exc_type.__name__ if failures else how
    except BaseException as error:
        how = type(error).__name__
        raise
    finally:
        record("stop", how=how, after_s=round(time.monotonic() - started_s))


def _describe(runner: Runner) -> str:
    info = runner.info
    marks = "".join(f", {flag}" for flag in info.flags)
    return f"model {info.name} {info.version} ({info.precision}{marks}) on {info.provider}"
