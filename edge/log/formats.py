"""How a line of the log looks: text for people, JSON for machines; no text of a foreign object."""

import logging
import re
import traceback
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

import msgspec

from edge.log.limit import is_ours, kind_of

_EDGE = Path(__file__).resolve().parents[1]
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


class TextFormatter(logging.Formatter):
    """`2026-01-31T08:15:30.123Z WARNING edge.daemon: text (9 more like it left out)`."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        left_out = getattr(record, "left_out", 0)
        more = f" ({left_out} more like it left out)" if left_out else ""
        return f"{_time(record)} {record.levelname} {record.name}: {text_of(record)}{more}"


class JsonFormatter(logging.Formatter):
    """One object a line: `ts`, `level`, `logger`, `message`, `kind`, `left_out`."""

    def format(self, record: logging.LogRecord) -> str:
        """One line."""
        line = {
            "ts": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": text_of(record),
            "kind": kind_of(record),
            "left_out": getattr(record, "left_out", 0),
        }
        return msgspec.json.encode(line).decode()


def text_of(record: logging.LogRecord) -> str:
    """What a record says, on one line; of a library's record, where it comes from alone."""
    text = record.getMessage() if is_ours(record) else f"a library's message, {kind_of(record)}"
    if record.exc_info and record.exc_info[0]:
        text += f": {describe(*record.exc_info)}"
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", text)


def describe(
    kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
) -> str:
    """An exception's type and our own frames, innermost first; its text may hold a peer's words."""
    del error
    steps = [step for step in traceback.extract_tb(trace) if _EDGE in Path(step.filename).parents]
    places = [f"{_named(step.filename)}:{step.lineno} in {step.name}" for step in steps]
    return " < ".join([kind.__name__, *reversed(places)])


def _time(record: logging.LogRecord) -> str:
    """UTC, with milliseconds."""
    at = datetime.fromtimestamp(record.created, UTC)
    return at.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def _named(filename: str) -> str:
    return Path(filename).relative_to(_EDGE.parent).as_posix()
