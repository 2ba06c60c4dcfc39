"""Flags that say what is measured, shared by the commands that run the daemon."""

import argparse
import itertools
import math
from collections.abc import Callable
from typing import Any, get_args

from bench.case import Case, Fps, FrameFormat, Journal, Transport
from edge.contract.grading import VIEWS
from edge.processor import cpus_of
from edge.providers import Provider
from edge.runner import PrecisionSetting

MAX_FPS = 1000.0
MAX_FRAMES = 1_000_000

MATRIX: dict[str, tuple[Any, ...]] = {
    "precision": ("fp32", "int8"),
    "format": get_args(FrameFormat),
    "transport": get_args(Transport),
    "journal": get_args(Journal),
    "fps": (30.0, 60.0, 120.0, "fast"),
}
"""What `--matrix` runs through; every other setting is as its flag says."""


def add_length(parser: argparse.ArgumentParser, *, seconds: float = 10) -> None:
    """Declare how long a case is measured."""
    whole, positive = number(int, 1, MAX_FRAMES), number(float, 0, 86400)
    length = parser.add_mutually_exclusive_group()
    length.add_argument(
        "--seconds", type=positive, default=seconds, metavar="S", help=f"length ({seconds:g})"
    )
    length.add_argument("--frames", type=whole, metavar="N", help="length in frames, instead")
    parser.add_argument(
        "--warm-up", type=positive, default=1.0, metavar="S", help="sent before, not counted (1)"
    )


def add_setting(parser: argparse.ArgumentParser) -> None:
    """Declare the flags that have one value."""
    add = parser.add_argument
    side = number(int, 16, 4096)
    add("--width", type=side, default=1024, metavar="PX", help="of a frame (1024)")
    add("--height", type=side, default=768, metavar="PX", help="of a frame (768)")
    add("--view", choices=VIEWS, default="AR", help="that the frames announce (AR)")
    add("--provider", choices=get_args(Provider), default="auto", help="what to infer on (auto)")
    add("--threads", type=number(int, 1, 64), default=1, metavar="N", help="per inference (1)")
    add("--cpus", type=_cpus, default="", metavar="LIST", help='of the daemon, as "2,4-7" (all)')
    add("--bundle", default="", metavar="DIR", help="model bundle; default: the built-in one")


def add_axes(parser: argparse.ArgumentParser) -> None:
    """Declare the flags that may be given several times, for a case each."""
    group = parser.add_argument_group("given several times, each combination is a case")
    add = group.add_argument
    add("--fps", type=pace, action="append", metavar="N", help='pace (30); "fast": no pause')
    formats, transports = get_args(FrameFormat), get_args(Transport)
    add("--format", choices=formats, action="append", help="of the pixels (gray8)")
    add("--transport", choices=transports, action="append", help="of both hops (tcp)")
    add("--precision", choices=get_args(PrecisionSetting), action="append", help="(auto)")
    add("--journal", choices=get_args(Journal), action="append", help="durability (off)")
    group.add_argument(
        "--matrix",
        action="append",
        choices=tuple(MATRIX),
        default=[],
        help="run through every value of this one",
    )


def cases_of(args: argparse.Namespace) -> list[Case]:
    """Every combination that the flags ask for."""
    axes = {name: _values(args, name) for name in MATRIX}
    return [
        case_of(args, **dict(zip(axes, values, strict=True)))
        for values in itertools.product(*axes.values())
    ]


def case_of(args: argparse.Namespace, fps: Fps = 30.0, **further: Any) -> Case:
    """One case, with the flags of one value; of a second where its length has no flag."""
    rate = Case(fps=fps).pace
    return Case(
        fps=fps,
        frames=getattr(args, "frames", None) or max(1, round(getattr(args, "seconds", 1) * rate)),
        warm_up=max(1, round(getattr(args, "warm_up", 1) * rate)),
        width=args.width,
        height=args.height,
        view=args.view,
        provider=args.provider,
        threads=args.threads,
        cpus=args.cpus,
        bundle=args.bundle,
        **further,
    )


def _values(args: argparse.Namespace, name: str) -> tuple[Any, ...]:
    if name in args.matrix:
        return MATRIX[name]
    given = getattr(args, name)
    default = Case.__struct_defaults__[Case.__struct_fields__.index(name)]
    return tuple(dict.fromkeys(given)) if given else (default,)


def pace(text: str) -> Fps:
    """Frames a second, or "fast"."""
    return "fast" if text == "fast" else number(float, 0, MAX_FPS)(text)


def _cpus(text: str) -> str:
    """A list of CPUs that there are."""
    try:
        cpus_of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    return text


def number(kind: type[int] | type[float], lowest: float, highest: float) -> Callable[[str], float]:
    """Reads a number from `lowest` to `highest`, above 0."""

    def read(text: str) -> float:
        try:
            value = kind(text)
        except ValueError:
            value = math.nan
        if not (lowest <= value <= highest and value > 0):
            what = "a whole number" if kind is int else "a number"
            above = f"from {lowest:g}" if lowest else "above 0"
            raise argparse.ArgumentTypeError(f"{text!r}: expected {what} {above} up to {highest:g}")
        return value

    return read
