"""One cell of a manifest, from text to value; ValueError says what is wrong and what to write."""

import re
from typing import get_args

from edge.contract.grading import View
from edge.scanner.dicom.region import SPACING_MM

NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]*)?([eE][+-]?[0-9]+)?")
_WHOLE = re.compile(r"[0-9]{1,9}")


class CellError(ValueError):
    """A cell that cannot be used: why, and what to write instead."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.remedy = remedy


def name(text: str) -> str:
    """An opaque name."""
    if not NAME.fullmatch(text):
        raise CellError("not a plain name", "use 1 to 64 of A-Z a-z 0-9 . _ -")
    return text


def view(text: str) -> View:
    """AR or HR."""
    for known in get_args(View):
        if text == known:
            return known  # type: ignore[no-any-return]  # get_args is untyped
    raise CellError("not a view", "write AR (oblique subcostal) or HR (hepato-renal)")


def path(text: str) -> str:
    """A file's or a folder's name."""
    if "\0" in text:
        raise CellError("holds a zero byte", "write the file's name")
    return text


def percent(text: str) -> float:
    """0 to 100 %."""
    return _number(text, 0.0, 100.0, "write liver fat in %, 0 to 100, with a decimal point")


def spacing(text: str) -> float:
    """Mm per pixel, within what is believed of DICOM files too."""
    low, high = SPACING_MM
    return _number(text, low, high, f"write mm per pixel, {low:g} to {high:g}")


def frame(text: str) -> int:
    """Number of a frame, from 0."""
    if not _WHOLE.fullmatch(text):
        raise CellError("not a frame's number", "write a whole number, from 0")
    return int(text)


def _number(text: str, low: float, high: float, remedy: str) -> float:
    if not _NUMBER.fullmatch(text):
        raise CellError("not a number", remedy)
    value = float(text)
    if not low <= value <= high:
        raise CellError("out of range", remedy)
    return value
