"""`python -m edge feed`: stand in for a scanner."""

import argparse
import secrets
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from edge.commands.arguments import exam_id, number, quiet_libraries, spacing_mm
from edge.contract.grading import VIEWS
from edge.scanner.opening import open_source
from edge.scanner.pacing import Pace, Tally
from edge.scanner.player import Player
from edge.scanner.playlist import Overrides, play_all, total
from edge.scanner.prefetch import Prefetch
from edge.scanner.source import Shot, Source, SourceError
from edge.scanner.stopping import stop_signals
from edge.scanner.timestamps import RetimedSource, read_timestamps
from edge.sockets.addresses import AddressError, check_address
from edge.sockets.authenticator import Authenticator
from edge.sockets.certificate import KeyringError
from edge.sockets.enrolment import Enrolment
from edge.sockets.publisher import ScannerPublisher
from edge.sockets.settings import MAX_MESSAGE_BYTES

HELP = "stand in for a scanner: play a clip, images, a DICOM file or a virtual subject"

DESCRIPTION = """\
Plays SOURCES as a scanner would: every frame at its time, a status every second, the end of
the exam announced. A SOURCE is
  a video file        any that FFmpeg decodes; gray ones are sent as gray, bit for bit
  an image or folder  jpg, png, bmp, tif ...; 9.png before 10.png, 30 a second; sizes may differ
  a DICOM file        ultrasound clip or still: its B-mode region, at its own frame times
  virtual:KEY=VALUE,...  a simulated subject: fat (H-MRS %), view (AR or HR), seed, preset, frames
Several are played one after the other in one exam. Research use only, not a medical device.
"""

EPILOG = """\
examples:
  python -m edge feed virtual:                              a simulated liver, 30 frames a second
  python -m edge feed virtual:fat=12,seed=7 virtual:fat=12,seed=7,view=HR      AR, then HR
  python -m edge feed clip.mkv --view AR --loop             a clip, over and over until Ctrl-C
  python -m edge feed clip.mkv --timestamps times.csv       at its true capture times
  python -m edge feed cine.dcm --fps fast --wait 0          as fast as it can be read, at once
  python -m edge feed stills/ --fps 2 --spacing-mm 0.3 0.3  two images a second, of known scale

Exit codes: 0 all sent, or stopped by Ctrl-C or SIGTERM; 1 a source broke off while it played;
2 a source or an option was refused, nothing was sent; 3 the address could not be bound.
"""

_SWITCH_S = 0.0005
"""How long the thread that reads ahead may keep the interpreter while a frame is due."""

_MAX_FPS = 1000.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.description, parser.epilog = DESCRIPTION, EPILOG
    add = parser.add_argument
    add("sources", nargs="+", metavar="SOURCE", help="what to play, in this order")
    add("--view", choices=(*VIEWS, "none"), help="view to announce (default: the source's own)")
    add("--exam", type=exam_id, metavar="ID", help="opaque exam id (default: drawn at random)")
    add(
        "--bind",
        default="tcp://127.0.0.1:5555",
        metavar="ADDRESS",
        help="where the daemon connects to: tcp://HOST:PORT or ipc://PATH; a HOST other than this "
        "one needs --keys (default: %(default)s)",
    )
    add(
        "--keys",
        type=Path,
        metavar="DIR",
        help="folder of the scanner's key pair; only those enrolled there may receive "
        "(`python -m edge keys`)",
    )
    add(
        "--fps",
        type=_pace,
        default="original",
        metavar="N|original|fast",
        help="frames a second; or the source's own times (default); or no pacing",
    )
    add("--loop", action="store_true", help="start again after the last frame, until stopped")
    add(
        "--timestamps",
        type=Path,
        metavar="FILE.csv",
        help="capture times for one SOURCE, for --fps original: a column time_s, one row a frame",
    )
    add(
        "--spacing-mm",
        type=spacing_mm,
        nargs=2,
        metavar=("ROWS", "COLS"),
        help="mm per pixel, down and across (default: what the source says)",
    )
    add(
        "--wait",
        type=_seconds,
        default=10.0,
        metavar="SECONDS",
        help="wait so long for a receiver before the first frame (default: 10; 0: do not wait)",
    )


def run(args: argparse.Namespace) -> int:
    """Play the sources; returns the exit code."""
    errors = Console(stderr=True, soft_wrap=True, markup=False, highlight=False)
    quiet_libraries()
    exam = args.exam or f"exam-{secrets.token_hex(6)}"
    try:
        check_address(args.bind, secured=args.keys is not None)
        enrolment = Enrolment(args.keys) if args.keys else None
        sources = _open(args.sources, args.timestamps)
    except (AddressError, KeyringError, SourceError) as error:
        remedy = "; give --keys DIR" if "loopback" in str(error) else ""
        errors.print(f"steatoscope: {error}{remedy}")
        return 2
    with ExitStack() as stack:
        door = stack.enter_context(Authenticator(enrolment)) if enrolment else None
        lossless = args.fps == "fast"
        try:
            publisher = ScannerPublisher(args.bind, exam=exam, lossless=lossless, door=door)
        except AddressError as error:
            errors.print(f"steatoscope: {error}; free it or choose another --bind")
            return 3
        return _play_exam(stack.enter_context(publisher), sources, args, errors)


def _play_exam(
    publisher: ScannerPublisher, sources: list[Source], args: argparse.Namespace, errors: Console
) -> int:
    """Play the sources on an open publisher; the exit code."""
    sys.setswitchinterval(_SWITCH_S)
    with stop_signals() as stopped:
        errors.print(f"steatoscope: exam {publisher.exam} on {publisher.endpoint}")
        player = Player(publisher, stopped)
        try:
            _play(player, sources, args, errors)
        except SourceError as error:
            errors.print(f"steatoscope: {error}")
            return 1
        finally:
            player.end()
            _summarise(player.tally, publisher.dropped, paced=args.fps != "fast")
    return 0


def _open(texts: list[str], timestamps: Path | None) -> list[Source]:
    if timestamps is None:
        return [open_source(text) for text in texts]
    if len(texts) != 1:
        raise SourceError(f"--timestamps {timestamps}: goes with one SOURCE, not {len(texts)}")
    times_s = read_timestamps(timestamps)
    return [RetimedSource(open_source(texts[0]), times_s, str(timestamps))]


def _play(player: Player, sources: list[Source], args: argparse.Namespace, errors: Console) -> None:
    overrides = Overrides(
        view=args.view if args.view in VIEWS else None,
        no_view=args.view == "none",
        spacing_mm=tuple(args.spacing_mm) if args.spacing_mm else None,
    )
    with ExitStack() as stack:
        playlist = play_all(sources, loop=args.loop, overrides=overrides)
        shots = stack.enter_context(Prefetch(_weighed(playlist, errors)))
        if args.wait > 0 and not player.wait(args.wait) and not player.stopped():
            errors.print(f"steatoscope: no receiver came in {args.wait:g} s; playing all the same")
        bar = stack.enter_context(_bar(errors))
        task = bar.add_task("sent", total=total(sources, loop=args.loop), fps=0.0)

        def progress(tally: Tally) -> None:
            bar.update(task, completed=tally.frames, fps=tally.fps)

        player.play(shots, args.fps, progress)


def _weighed(shots: Iterator[Shot], errors: Console) -> Iterator[Shot]:
    """The shots as they are; says once where one is too large for a daemon's usual limit."""
    warned = False
    for shot in shots:
        if shot.pixels.nbytes > MAX_MESSAGE_BYTES and not warned:
            warned = True
            errors.print(
                f"steatoscope: a frame of {shot.pixels.nbytes / 2**20:.1f} MiB: the daemon must "
                f"be told to take more than {MAX_MESSAGE_BYTES // 2**20} (max_message_mib)"
            )
        yield shot


def _bar(errors: Console) -> Progress:
    """Frames sent and their rate, on a terminal; nothing where the output is no terminal."""
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[fps]:.1f} frames/s"),
        TimeElapsedColumn(),
        console=errors,
        disable=not errors.is_terminal,
        refresh_per_second=4,
    )


def _summarise(tally: Tally, dropped: int, *, paced: bool) -> None:
    lateness = f", worst lateness {tally.worst_late_ns / 1e6:.1f} ms" if paced else ""
    lost = f", {dropped} of them dropped: the receiver did not keep up" if dropped else ""
    Console(soft_wrap=True, highlight=False).print(
        f"{tally.frames} frames sent in {tally.seconds:.2f} s, {tally.fps:.2f} frames/s"
        f"{lateness}{lost}"
    )


def _pace(text: str) -> Pace:
    if text == "original":
        return "original"
    if text == "fast":
        return "fast"
    return number(text, _MAX_FPS, "a number of frames a second, 'original' or 'fast'")


def _seconds(text: str) -> float:
    return 0.0 if text == "0" else number(text, 1e6, "seconds")
