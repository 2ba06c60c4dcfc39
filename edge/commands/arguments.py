"""Arguments that several commands read alike."""

import argparse
import logging
import math
import re
import warnings
from collections.abc import Iterable
from typing import Any

import cv2

_MAX_SPACING_MM = 100.0


def quiet_libraries() -> None:
    """Nothing of a file's contents may reach the terminal: pydicom's warnings can quote values."""
    warnings.simplefilter("ignore")
    logging.getLogger("pydicom").setLevel(logging.CRITICAL)
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)


OF_BUNDLE = ("bundle", "trusted_keys", "allow_unsigned", "state_dir")
"""Settings that the flags of `add_bundle` stand for."""


def add_bundle(parser: argparse.ArgumentParser) -> None:
    """Declare which bundle to run, and whose."""
    parser.add_argument("--bundle", metavar="DIR", help="model bundle; default: the built-in one")
    parser.add_argument(
        "--trusted-key",
        action="append",
        dest="trusted_keys",
        metavar="KEY",
        help="public key whose signature on a bundle is trusted; may be given again",
    )
    parser.add_argument(
        "--allow-unsigned",
        action="store_const",
        const=True,
        help="run a bundle also if nobody trusted signed it; every message then says so",
    )
    parser.add_argument(
        "--state-dir",
        metavar="DIR",
        help="folder of what outlives the daemon, such as which versions have run; "
        "default: the user's",
    )


def given(args: argparse.Namespace, names: Iterable[str]) -> dict[str, Any]:
    """Those of the flags `names` that were given, under the names of the settings."""
    values = {name: getattr(args, name) for name in names}
    return {name: value for name, value in values.items() if value is not None}


def source_of(args: argparse.Namespace) -> str:
    """Where the settings come from, for errors."""
    return str(args.config) if args.config else "command line"


def exam_id(text: str) -> str:
    """An opaque exam id, as it may stand on the wire."""
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,64}", text):
        raise argparse.ArgumentTypeError(f"{text!r}: 1 to 64 of A-Z a-z 0-9 . _ - are allowed")
    return text


def spacing_mm(text: str) -> float:
    """Millimetres per pixel."""
    return number(text, _MAX_SPACING_MM, "mm per pixel")


def number(text: str, highest: float, what: str) -> float:
    """A number above 0 and up to `highest`."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value <= highest:
        raise argparse.ArgumentTypeError(
            f"{text!r}: expected {what}, above 0 and up to {highest:g}"
        )
    return value
