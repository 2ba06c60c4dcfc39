"""`python -m edge demo`: a virtual exam from end to end, on this host, with nothing to set up."""

import argparse
import importlib.util
import math
import secrets
import socket
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from edge.config import Settings
from edge.contract.grading import PAIR, VIEWS
from edge.contract.messages import Reading
from edge.scanner.source import SourceError
from edge.scanner.stopping import StopFlag, stop_signals
from edge.scanner.virtual_source import VirtualSource
from edge.terminal.child import Child
from edge.terminal.listener import Listener
from edge.terminal.outputs import for_people, standard_output
from edge.terminal.viewer import Viewer

HELP = "play a virtual exam from end to end and show its reading"

EPILOG = """\
A virtual scanner plays a simulated liver, AR and then HR; the daemon reads it; the table is that of
`python -m edge watch`, the page that of `python -m edge view`. From a terminal, the page stays open
until Ctrl-C. It needs no data and no settings, uses free ports of the loopback interface,
and leaves nothing behind.

Exit codes: 0 a reading of AR, HR and AR+HR came, 1 it did not, 2 an option was refused,
130 stopped by Ctrl-C.
Research use only; not a medical device.
"""

COHORT_NOTICE = "Virtual cohort, simulated images: no clinical claim."

GRACE_S = 10.0
"""How long the reading may take after the scanner has said that the exam is over."""


class DemoError(RuntimeError):
    """The demo cannot go on; says why."""


@dataclass(frozen=True)
class Plan:
    """Where everything is, and what is played; `page_port`: None where no viewer is installed."""

    frames: str
    estimates: str
    page_port: int | None
    exam: str
    sources: list[str]
    story: str
    """What the exam consists of, in words."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the flags."""
    parser.epilog = EPILOG
    parser.add_argument(
        "--fat",
        type=float,
        default=12.0,
        metavar="PCT",
        help="fat of the simulated liver, H-MRS %% (default: %(default)g)",
    )
    parser.add_argument(
        "--seed", type=int, default=7, metavar="N", help="which liver (default: %(default)s)"
    )
    parser.add_argument(
        "--seconds",
        type=_seconds,
        default=5.0,
        metavar="S",
        help="length of each view, up to 60; a shorter clip is played again (default: %(default)g)",
    )
    parser.add_argument("--bundle", metavar="DIR", help="model bundle; default: the built-in one")
    parser.add_argument(
        "--trusted-key", metavar="KEY", help="public key whose signature on the bundle is trusted"
    )
    parser.add_argument(
        "--allow-unsigned", action="store_true", help="play it also if nobody trusted signed it"
    )


def run(args: argparse.Namespace) -> int:
    """Play the exam; returns the exit code."""
    errors = Console(stderr=True, soft_wrap=True, markup=False, highlight=False)
    console = standard_output()
    try:
        plan = _plan(args)
        _introduce(console, plan)
        with stop_signals() as stopped:
            reading = _play(console, plan, args, stopped)
    except SourceError as error:
        errors.print(f"steatoscope: {error}")
        return 2
    except DemoError as error:
        errors.print(f"steatoscope: the demo failed: {error}")
        return 1
    if reading is None:
        errors.print("steatoscope: stopped before the reading came")
        return 130
    if missing := [view for view in (*VIEWS, PAIR) if view not in reading.views]:
        errors.print(f"steatoscope: the demo failed: no reading for {', '.join(missing)}")
        return 1
    _conclude(console)
    return 0


def _plan(args: argparse.Namespace) -> Plan:
    """SourceError where an option is refused."""
    sources, parts = [], []
    for view in VIEWS:
        text = f"virtual:fat={args.fat:g},view={view},seed={args.seed},preset=single"
        clip = VirtualSource(text)
        frames, clip_frames = max(1, round(args.seconds * clip.fps)), clip.count or 1
        whole, rest = divmod(frames, clip_frames)
        sources += [text] * whole + ([f"{text},frames={rest}"] if rest else [])
        again = f" (a clip of {clip_frames}, played again)" if frames > clip_frames else ""
        parts.append(f"{frames} frames of {view}{again}")
    story = f"A virtual liver of {args.fat:g} % fat, {', then '.join(parts)}."
    frames_port, estimates_port, page_port = _free_ports()
    return Plan(
        f"tcp://127.0.0.1:{frames_port}",
        f"tcp://127.0.0.1:{estimates_port}",
        page_port if _has_viewer() else None,
        f"demo-{secrets.token_hex(4)}",
        sources,
        story,
    )


def _free_ports() -> list[int]:
    """Three ports of the loopback interface that nobody uses now."""
    with socket.socket() as first, socket.socket() as second, socket.socket() as third:
        sockets = (first, second, third)
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def _has_viewer() -> bool:
    """Whether what the web viewer needs is installed."""
    return all(importlib.util.find_spec(name) for name in ("starlette", "uvicorn", "websockets"))


def _play(
    console: Console, plan: Plan, args: argparse.Namespace, stopped: StopFlag
) -> Reading | None:
    """The exam's reading; None where the user stopped it."""
    daemon_words = ["run", "--frames", plan.frames, "--bind", plan.estimates, *_bundle_words(args)]
    daemon_words += ["--health", ""]  # a daemon that serves here may have the port
    scanner_words = ["feed", *plan.sources, "--exam", plan.exam, "--bind", plan.frames]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="steatoscope-")))
        daemon_words += ["--state-dir", str(folder)]  # what a demo runs is not held against later
        daemon = stack.enter_context(Child(daemon_words, folder / "run.log"))
        scanner = stack.enter_context(Child([*scanner_words, "--wait", "60"], folder / "feed.log"))
        if plan.page_port:
            stack.enter_context(Child(_view_words(plan, args.bundle), folder / "view.log"))
        listener = stack.enter_context(Listener(plan.estimates, None, time.monotonic()))
        with for_people(console, plan.estimates, args.fat) as output:
            reading = _await_reading(Viewer(listener, output), daemon, scanner, stopped)
        if reading and plan.page_port:
            _stay(console, plan, stopped)
        return reading


def _view_words(plan: Plan, bundle: str | None) -> list[str]:
    words = ["view", plan.estimates, "--frames", f"scanner={plan.frames}"]
    return [*words, "--port", str(plan.page_port), *(["--bundle", bundle] if bundle else [])]


def _stay(console: Console, plan: Plan, stopped: StopFlag) -> None:
    """Leave the page open for somebody who looks; where nobody sees it live, go on."""
    if not (console.is_terminal and sys.stdin.isatty()):
        return
    console.print(f"\nThe page stays until Ctrl-C: {_page(plan)}")
    while not stopped():
        time.sleep(0.1)


def _page(plan: Plan) -> str:
    return f"http://127.0.0.1:{plan.page_port}/"


def _bundle_words(args: argparse.Namespace) -> list[str]:
    """Flags of the daemon that say which bundle, and whose."""
    words = ["--bundle", args.bundle] if args.bundle else []
    words += ["--trusted-key", args.trusted_key] if args.trusted_key else []
    return [*words, "--allow-unsigned"] if args.allow_unsigned else words


def _await_reading(
    viewer: Viewer, daemon: Child, scanner: Child, stopped: StopFlag
) -> Reading | None:
    """Show what comes until the reading does; DemoError where it cannot come any more."""
    over_s: float | None = None
    while not stopped():
        message = viewer.turn()
        if isinstance(message, Reading):
            viewer.end()
            return message
        if daemon.exit_code is not None:
            raise DemoError(f"the daemon ended; its last words:\n{daemon.last_words}")
        if scanner.exit_code:
            raise DemoError(f"the virtual scanner ended; its last words:\n{scanner.last_words}")
        if scanner.exit_code == 0 and over_s is None:
            over_s = time.monotonic()
        if over_s is not None and time.monotonic() - over_s > GRACE_S:
            raise DemoError(f"no reading came; the daemon's last words:\n{daemon.last_words}")
    return None


def _introduce(console: Console, plan: Plan) -> None:
    console.print(plan.story)
    console.print(COHORT_NOTICE)
    if plan.page_port:
        console.print(f"In a browser: {_page(plan)}", style="bold")
    else:
        console.print("For a page in a browser, install what it needs: steatoscope[viewer]")
    console.print(f"Frames are on {plan.frames}, estimates on {plan.estimates}.")
    console.print(f"Look on from another terminal: python -m edge watch {plan.estimates}\n")


def _conclude(console: Console) -> None:
    settings = Settings()
    console.print(
        "\nWith your own images, each in a terminal of its own:\n"
        "  python -m edge run                  the daemon\n"
        "  python -m edge watch                this table\n"
        "  python -m edge view                 the page in a browser\n"
        "  python -m edge feed CLIP --view AR  stands in for a scanner\n"
        f"A scanner publishes its frames on  {settings.scanner[0].frames}\n"
        f"A viewer gets the estimates from   {settings.estimates.bind}\n"
        f"{COHORT_NOTICE}"
    )


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = math.nan
    if not 0 < seconds <= 60:
        raise argparse.ArgumentTypeError(f"{text!r}: expected seconds, above 0 and up to 60")
    return seconds
