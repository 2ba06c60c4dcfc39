"""Arguments that several commands read alike."""

import argparse
import logging
import math
import re
import warnings

import cv2

_MAX_SPACING_MM = 100.0


def quiet_libraries() -> None:
    """Nothing of a file's contents may reach the terminal: pydicom's warnings can quote values."""
    warnings.simplefilter("ignore")
    logging.getLogger("pydicom").setLevel(logging.CRITICAL)
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)


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
