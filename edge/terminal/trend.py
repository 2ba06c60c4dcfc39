"""The course of a view's estimates over the last seconds, as a line of small bars."""

from collections import deque

STEP_S = 0.5
STEPS = 40
"""20 s: a breath or two, and about as wide as a table of 80 columns has room for."""

BARS = "▁▂▃▄▅▆▇█"
PLAIN_BARS = "_.-=+*#@"
"""For a terminal whose encoding has no block characters."""

LEAST_SPAN_PCT = 2.0
"""Smaller differences are not blown up to the height of the line."""


class Trend:
    """Means of what came in each half second; times are the viewer's monotonic clock, s."""

    def __init__(self) -> None:
        self._steps: deque[tuple[int, float, int]] = deque(maxlen=STEPS)

    def add(self, now_s: float, fat_pct: float | None) -> None:
        """Take in a frame's estimate, %; None for a frame that was not read."""
        if fat_pct is None:
            return
        step = int(now_s // STEP_S)
        _, total, count = self._steps.pop() if self._is_last(step) else (step, 0.0, 0)
        self._steps.append((step, total + fat_pct, count + 1))

    def values(self, now_s: float) -> list[float | None]:
        """Mean of each half second up to now, %, oldest first; None where no frame was read."""
        means = {step: total / count for step, total, count in self._steps}
        last = int(now_s // STEP_S)
        found = [means.get(step) for step in range(last - STEPS + 1, last + 1)]
        first = next((index for index, value in enumerate(found) if value is not None), STEPS)
        return found[first:]

    def _is_last(self, step: int) -> bool:
        return bool(self._steps) and self._steps[-1][0] == step


def sparkline(values: list[float | None], bars: str = BARS) -> str:
    """One character a value, scaled from the lowest to the highest; a gap is a space."""
    known = [value for value in values if value is not None]
    if not known:
        return ""
    low, high = min(known), max(known)
    span = max(high - low, LEAST_SPAN_PCT)
    bottom = (low + high - span) / 2
    top = len(bars) - 1
    return "".join(
        " " if value is None else bars[round((value - bottom) / span * top)] for value in values
    )


def described(values: list[float | None], bars: str = BARS) -> str:
    """The line with its lowest and highest value; "" where there is nothing to draw."""
    known = [value for value in values if value is not None]
    if not known:
        return ""
    return f"{sparkline(values, bars)} {min(known):.1f} to {max(known):.1f} %"
