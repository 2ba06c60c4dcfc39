"""Numbers and codes as a person reads them; what is not known is a dash."""

import time

from rich.text import Text

from edge import gate
from edge.contract.grading import Grade
from edge.contract.messages import LedgerCounts, ModelInfo, State

DASH = "-"

GRADES: dict[Grade, tuple[str, str]] = {
    "S0": ("S0 none", "green"),
    "S1": ("S1 mild", "yellow"),
    "S2": ("S2 moderate", "dark_orange"),
    "S3": ("S3 severe", "bold red"),
}
"""Steatosis grades in words, and a colour that only repeats what the word says."""

STATES: dict[State, tuple[str, str]] = {
    "starting": ("starting", "yellow"),
    "ready": ("ready", "green"),
    "no_source": ("no scanner is heard", "yellow"),
    "stale": ("the scanner is there but sends no frames", "yellow"),
    "degraded": ("degraded", "bold red"),
    "stopping": ("stopping", "yellow"),
}

NOTICE = "Research use only; not a medical device."


def safe(text: str) -> str:
    """Text of a peer without anything that a terminal would obey."""
    return "".join(char if char.isprintable() else "?" for char in text)


def pct(value: float | None) -> str:
    """A percentage or a difference of two, to 0.01."""
    return DASH if value is None else f"{value:.2f}"


def grade(code: Grade | None) -> Text:
    """A grade in words."""
    return Text(*GRADES[code]) if code else Text(DASH)


def state(code: State) -> Text:
    """The daemon's state in words."""
    return Text(*STATES[code])


def reason(code: str) -> str:
    """Why a frame was not read, in words; a code that is not known here stays a code."""
    known = (text for name, text in gate.REASONS.items() if name == code)
    return next(known, safe(code))


def model(info: ModelInfo) -> str:
    """Name, version, precision, provider, and what to know of it."""
    marks = ", ".join([info.precision, *(flag.replace("_", " ") for flag in info.flags)])
    return safe(f"model {info.name} {info.version} ({marks}) on {info.provider}")


def ledger_sum(counts: LedgerCounts) -> str:
    """What became of every frame sent."""
    return (
        f"sent {counts.sent} = read {counts.read} + gated {counts.gated} + "
        f"overwritten {counts.overwritten} + invalid {counts.invalid} + missing {counts.missing}"
    )


def duration(seconds: float) -> str:
    """Hours, minutes and seconds."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"


def clock(time_ns: int) -> str:
    """Local time of day of ns since the Unix epoch."""
    return time.strftime("%H:%M:%S", time.localtime(time_ns / 1e9))
