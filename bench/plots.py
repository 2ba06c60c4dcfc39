"""Plots as inline SVG: histogram, waterfall, bars with intervals, lines. No library, no script."""

import math
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import NamedTuple

from bench.statistics import bin_edge_ms

WIDTH, LEFT, RIGHT, BAR, GAP, FOOT = 760, 230, 112, 18, 10, 34
COLOURS = ("#2f6f9f", "#c8743c", "#4c9a67", "#8a5aa5", "#b5473c", "#6b7280", "#c2a83e", "#3a8f8f")

Place = Callable[[float], float]
"""Gives the x of a value."""


class Bar(NamedTuple):
    """A bar of a length, with its interval where there is one."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    told: str = ""


def bars(rows: Sequence[Bar], unit: str, mark: float | None = None) -> str:
    """Horizontal bars from 0, in the order given. `mark`: where a dashed line goes."""
    top = max([row.high or row.value for row in rows] + ([mark] if mark else []))
    place, ticks = _linear(top)
    parts = [_axis(ticks, place, _height(len(rows)), unit)]
    for number, row in enumerate(rows):
        y = GAP + number * (BAR + GAP)
        x = place(row.value)
        parts.append(_name(row.name, y))
        parts.append(_box(LEFT, y, x - LEFT, COLOURS[0]))
        if row.low is not None and row.high is not None:
            parts.append(_whisker(place(row.low), place(row.high), y + BAR / 2))
        edge = max(x, place(row.high) if row.high is not None else x)
        parts.append(_text(edge + 6, y + BAR - 5, row.told or f"{row.value:.2f}", "start"))
    if mark:
        parts.append(_dash(place(mark), _height(len(rows))))
    return _svg(parts, _height(len(rows)) + FOOT)


def waterfall(stages: Mapping[str, float], unit: str) -> str:
    """Bars of which each begins where the one before ends."""
    total = sum(stages.values())
    place, ticks = _linear(total)
    parts = [_axis(ticks, place, _height(len(stages)), unit)]
    start = 0.0
    for number, (name, value) in enumerate(stages.items()):
        y = GAP + number * (BAR + GAP)
        end = start + max(value, 0.0)
        parts.append(_name(name, y))
        parts.append(_box(place(start), y, place(end) - place(start), COLOURS[number % 8]))
        parts.append(_text(place(end) + 6, y + BAR - 5, f"{value:.2f}", "start"))
        start = end
    return _svg(parts, _height(len(stages)) + FOOT)


def histograms(found: Mapping[str, Mapping[int, int]], marks: Mapping[str, float]) -> str:
    """Counts by bin on a logarithmic axis, one curve for each; `marks`: named times, ms."""
    bins = [number for counts in found.values() for number in counts]
    first, last = min(bins), max(bins) + 1
    height = 190
    place = _logarithmic(bin_edge_ms(first), bin_edge_ms(last), left=44)
    parts = [_axis(_decades(bin_edge_ms(first), bin_edge_ms(last)), place, height, "ms", left=44)]
    for number, (name, counts) in enumerate(found.items()):
        peak, colour = max(counts.values()), COLOURS[number % 8]
        points = [f"{place(bin_edge_ms(first)):.1f},{height}"]
        for each in range(first, last):
            y = height - (height - 30) * counts.get(each, 0) / peak
            points += [f"{place(bin_edge_ms(edge)):.1f},{y:.1f}" for edge in (each, each + 1)]
        points.append(f"{place(bin_edge_ms(last)):.1f},{height}")
        parts.append(
            f'<polygon points="{" ".join(points)}" fill="{colour}" fill-opacity="0.35" '
            f'stroke="{colour}"/>'
        )
        if len(found) > 1:
            parts.append(_text(WIDTH - RIGHT, 18 + 15 * number, name, "end", colour))
    for name, ms in marks.items():
        parts += [_dash(place(ms), height, top=22), _text(place(ms), 16, name, "middle")]
    return _svg(parts, height + FOOT)


def lines(points: Sequence[tuple[float, float, bool]], across: str, unit: str, mark: float) -> str:
    """A line over (x, y, good); hollow where not good. `mark`: limit of y, dashed.

    The y axis is logarithmic: beyond what is carried, ages grow by orders.
    """
    height, left = 210, 60
    top, bottom = max([y for _, y, _ in points] + [mark]) * 1.3, min(y for _, y, _ in points) / 1.5
    widest = max(x for x, _, _ in points)
    up = math.log(top / bottom)

    def x_of(value: float) -> float:
        return left + (WIDTH - RIGHT - left) * value / widest

    def y_of(value: float) -> float:
        return height - (height - 14) * math.log(value / bottom) / up

    parts = [_axis([(x, f"{x:g}") for x, _, _ in points], x_of, height, across, left=left)]
    for tick, told in _decades(bottom, top):
        parts.append(_text(left - 8, y_of(tick) + 4, f"{told} {unit}", "end"))
    parts.append(_level(left, y_of(mark), f"{mark:.0f} {unit}"))
    path = " ".join(f"{x_of(x):.1f},{y_of(y):.1f}" for x, y, _ in points)
    parts.append(f'<polyline points="{path}" fill="none" stroke="{COLOURS[0]}" stroke-width="2"/>')
    for x, y, good in points:
        fill = COLOURS[0] if good else "#fff"
        parts.append(
            f'<circle cx="{x_of(x):.1f}" cy="{y_of(y):.1f}" r="5" fill="{fill}" '
            f'stroke="{COLOURS[0]}" stroke-width="2"/>'
        )
    return _svg(parts, height + FOOT)


def curve(points: Sequence[tuple[float, float]], across: str, unit: str) -> str:
    """A thin line over (x, y), both axes from 0."""
    height, left = 150, 60
    top = max(y for _, y in points) * 1.1 or 1.0
    widest = max(x for x, _ in points) or 1.0

    def x_of(value: float) -> float:
        return left + (WIDTH - RIGHT - left) * value / widest

    ticks = [(tick, f"{tick:g}") for tick in _round_steps(widest)]
    parts = [_axis(ticks, x_of, height, across, left=left)]
    for tick in _round_steps(top):
        y = height - (height - 10) * tick / top
        parts.append(_text(left - 8, y + 4, f"{tick:g} {unit}", "end"))
    path = " ".join(f"{x_of(x):.1f},{height - (height - 10) * y / top:.1f}" for x, y in points)
    parts.append(f'<polyline points="{path}" fill="none" stroke="{COLOURS[0]}"/>')
    return _svg(parts, height + FOOT)


def _height(rows: int) -> int:
    return GAP + rows * (BAR + GAP)


def _linear(top: float) -> tuple[Place, list[tuple[float, str]]]:
    span = WIDTH - LEFT - RIGHT
    ticks = [(tick, f"{tick:g}") for tick in _round_steps(top)]
    return (lambda value: LEFT + span * value / top), ticks


def _round_steps(top: float) -> list[float]:
    """0 and up to six round numbers above it."""
    raw = top / 5
    step = 10.0 ** math.floor(math.log10(raw))
    step *= next(factor for factor in (1, 2, 5, 10) if step * factor >= raw)
    return [round(number * step, 10) for number in range(int(top / step) + 1)]


def _logarithmic(low: float, high: float, left: float) -> Place:
    span = (WIDTH - RIGHT - left) / math.log(high / low)
    return lambda value: left + span * math.log(min(max(value, low), high) / low)


def _decades(low: float, high: float) -> list[tuple[float, str]]:
    """1, 2 and 5 times the powers of ten between."""
    found = []
    for power in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1):
        found += [factor * 10.0**power for factor in (1, 2, 5)]
    return [(tick, f"{tick:g}") for tick in found if low <= tick <= high]


def _axis(
    ticks: Sequence[tuple[float, str]], place: Place, height: float, unit: str, left: float = LEFT
) -> str:
    parts = [
        f'<line x1="{left}" y1="{height}" x2="{WIDTH - RIGHT}" y2="{height}" stroke="#9ca3af"/>'
    ]
    for value, told in ticks:
        x = place(value)
        parts.append(f'<line x1="{x:.1f}" y1="6" x2="{x:.1f}" y2="{height}" stroke="#e5e7eb"/>')
        parts.append(_text(x, height + 15, told, "middle"))
    parts.append(_text(WIDTH - RIGHT, height + 30, unit, "end"))
    return "".join(parts)


def _name(text: str, y: float) -> str:
    return _text(LEFT - 8, y + BAR - 5, text, "end")


def _text(x: float, y: float, text: str, anchor: str, colour: str = "#374151") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">'
        f"{escape(text)}</text>"
    )


def _box(x: float, y: float, width: float, colour: str) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 1):.1f}" height="{BAR}" '
        f'fill="{colour}"/>'
    )


def _whisker(low: float, high: float, y: float) -> str:
    ends = "".join(
        f'<line x1="{x:.1f}" y1="{y - 5}" x2="{x:.1f}" y2="{y + 5}" stroke="#111827"/>'
        for x in (low, high)
    )
    return f'<line x1="{low:.1f}" y1="{y}" x2="{high:.1f}" y2="{y}" stroke="#111827"/>{ends}'


def _dash(x: float, height: float, top: float = 0) -> str:
    return (
        f'<line x1="{x:.1f}" y1="{top}" x2="{x:.1f}" y2="{height}" stroke="#b5473c" '
        'stroke-dasharray="4 3"/>'
    )


def _level(left: float, y: float, told: str) -> str:
    line = (
        f'<line x1="{left}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="#b5473c" '
        'stroke-dasharray="4 3"/>'
    )
    return line + _text(WIDTH - RIGHT + 4, y + 4, told, "start", "#b5473c")


def _svg(parts: Sequence[str], height: float) -> str:
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" font-family="inherit" font-size="12">'
        f"{''.join(parts)}</svg>"
    )
