"""Numbers and codes as a person reads them; what is not known is a dash."""

import time

from rich.text import Text

from edge import gate
from edge.contract.grading import Grade
from edge.contract.messages import LedgerCounts, ModelInfo, State, Summary, Verdict

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

VERDICTS: dict[Verdict, str] = {
    "collecting": "collecting",
    "insufficient": "too few holds",
    "repeatable": "repeatable",
    "not_repeatable": "NOT repeatable",
}
"""What the rule says of the holds; never that a reading is right."""

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


def doubt(summary: Summary) -> str:
    """Which other grades the interval reaches into; "" where there is none."""
    others = [code for code in summary.grades_possible if code != summary.grade]
    if not others:
        return ""
    *first, last = others
    return f"could be {', '.join(first)}{' or ' if first else ''}{last}"


def grades(summary: Summary) -> str:
    """The grade in words, and which others it could be."""
    return ", ".join(filter(None, (str(grade(summary.grade)), doubt(summary))))


def holds(summary: Summary) -> str:
    """How many holds there are, how they scatter and what the rule says of them."""
    count = f"{summary.holds} hold{'' if summary.holds == 1 else 's'}"
    verdict = f"{VERDICTS.get(summary.verdict, safe(summary.verdict))} (rule {safe(summary.rule)})"
    if summary.hold_median_pct is None:
        return f"{count}: {verdict}"
    spread = f"median {pct(summary.hold_median_pct)} %"
    if summary.holds > 1:  # of one hold, nothing lies apart
        spread += f", IQR {pct(summary.hold_iqr_pct)} %"
    return f"{count}, {spread}: {verdict}"


def interval(summary: Summary) -> str:
    """The calibrated interval, or a dash."""
    if summary.interval_pct is None:
        return DASH
    low, high = summary.interval_pct
    return f"{low:.1f}-{high:.1f} %"


def behind(summary: Summary) -> str:
    """What a final figure rests on, in a sentence: interval, grade, holds, frames left out."""
    parts = [f"90 % interval {interval(summary)}, {grades(summary)}", holds(summary)]
    if summary.frames_by_view:
        frames = " + ".join(
            f"{count} {safe(view)}" for view, count in summary.frames_by_view.items()
        )
        parts.append(f"of {frames} frames")
    if summary.reasons:
        left = ", ".join(
            f"{count} {safe(code).replace('_', ' ')}" for code, count in summary.reasons.items()
        )
        parts.append(f"not read: {left}")
    if summary.restarts:
        parts.append("began anew in this exam: model, depth or geometry changed")
    return "; ".join(parts)


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
