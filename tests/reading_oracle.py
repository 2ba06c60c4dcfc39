"""What docs/protocol.md and docs/reading.md say must become of frames, in plain Python.

Everything is kept and computed anew with numpy; of the project only the reasons' words.
"""

import math
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

HOLD_FRAMES, HOLD_NS, HOLDS, SHARE, FLOOR_PCT = 10, 10**9, 5, 0.30, 1.0
PAUSE_NS = 10**9
LOOK_NS = 80_000_000
FROZEN_AFTER, CONFIRMED_AFTER = 10, 5


class Shown(NamedTuple):
    """A frame as the scanner sent it, and what the network would say of it."""

    exam: str
    view: str | None
    epoch: int
    seq: int
    capture_ns: int
    hold: int | None
    setup: Any
    picture: int
    """Number that the picture shows in its corner."""
    place: int
    black: bool
    says_pct: float

    @property
    def shows(self) -> tuple[int, int, bool]:
        """Equal for equal pixels."""
        return self.picture, self.place, self.black


@dataclass
class View:
    values: list[float] = field(default_factory=list)
    holds: list[list[tuple[float, int]]] = field(default_factory=lambda: [[]])
    """Of each hold, estimates and capture times."""
    reasons: dict[str, int] = field(default_factory=dict)
    restarts: int = 0

    def accept(self, value: float, at_ns: int) -> None:
        self.values.append(value)
        self.holds[-1].append((value, at_ns))

    def restart(self) -> None:
        self.restarts += bool(self.values)
        self.values, self.holds = [], [[]]

    def counted(self) -> list[float]:
        return [
            float(np.median([value for value, _ in hold]))
            for hold in self.holds
            if len(hold) >= HOLD_FRAMES and lasted_ns([at_ns for _, at_ns in hold]) >= HOLD_NS
        ]


@dataclass
class Exam:
    views: dict[str, View] = field(default_factory=dict)
    setups: dict[str, tuple[Any, list[Any]]] = field(default_factory=dict)
    last: Shown | None = None
    place: int | None = None
    moved: bool = False
    seen_ns: int | None = None

    def view(self, name: str) -> View:
        return self.views.setdefault(name, View())

    def next_hold(self) -> None:
        for view in self.views.values():
            view.holds.append([])

    def change(self, frame: Shown) -> str:
        """ "same", "odd" or "restart"."""
        assert frame.view
        present, odd = self.setups.get(frame.view, (frame.setup, []))
        if frame.setup == present:
            self.setups[frame.view] = (present, [])
            return "same"
        odd = [*[each for each in odd if each == frame.setup], frame.setup]
        if len(odd) == CONFIRMED_AFTER:
            self.setups[frame.view] = (frame.setup, [])
            for name in (frame.view, "AR+HR"):
                if name in self.views:
                    self.views[name].restart()
            if self.last and self.last.view == frame.view:
                self.last = self.last._replace(epoch=-1)
            return "restart"
        self.setups[frame.view] = (present, odd)
        return "odd"


@dataclass
class Oracle:
    """One scanner."""

    exams: dict[str, Exam] = field(default_factory=dict)
    highest: dict[int, int] = field(default_factory=dict)
    pictures: list[Any] = field(default_factory=list)
    frozen: int | None = None

    def freeze(self, epoch: int, *, frozen: bool) -> None:
        self.frozen = epoch if frozen else None
        for exam in self.exams.values():
            exam.next_hold()
            exam.last = exam.last and exam.last._replace(epoch=-1)

    def frame(self, frame: Shown) -> list[dict[str, Any]]:
        """What must be published for a frame: nothing, its own estimate, or that and the pair's."""
        if frame.seq <= self.highest.get(frame.epoch, -1):
            return []
        self.highest[frame.epoch] = frame.seq
        self.pictures.append(frame.shows)
        if frame.view is None:
            return [{"view": None, "fat_pct": None, "reason": "view_unknown", "frames": 0}]
        exam = self.exams.setdefault(frame.exam, Exam())
        reason = self._reason(frame, exam.change(frame))
        if reason:
            view = exam.view(frame.view)
            view.reasons[reason] = view.reasons.get(reason, 0) + 1
            return [self._said(frame.exam, frame.view, None, reason)]
        return self._accept(exam, frame)

    def end(self, name: str) -> dict[str, dict[str, Any]] | None:
        exam = self.exams.get(name)
        found = exam and {view: self._state(name, view) for view in exam.views}
        self.exams.pop(name, None)
        return found

    def _reason(self, frame: Shown, change: str) -> str | None:
        run = 0
        while run < len(self.pictures) - 1 and self.pictures[-2 - run] == frame.shows:
            run += 1
        rules = {
            "setup_changed": change == "odd",
            "black": frame.black,
            "frozen": self.frozen == frame.epoch or run >= FROZEN_AFTER,
            "repeated": run > 0,
            "output_not_finite": not math.isfinite(frame.says_pct),
            "output_out_of_range": not -5 <= frame.says_pct <= 100,
        }
        return next((reason for reason, holds in rules.items() if holds), None)

    def _accept(self, exam: Exam, frame: Shown) -> list[dict[str, Any]]:
        assert frame.view
        value = round(max(frame.says_pct, 0.0) * 100) / 100
        last = exam.last
        if (
            last is None
            or (last.view, last.epoch, last.hold) != (frame.view, frame.epoch, frame.hold)
            or frame.capture_ns - last.capture_ns > PAUSE_NS
            or exam.moved
        ):
            exam.next_hold()
            exam.place = frame.place
            exam.moved, exam.seen_ns = False, None
        # Looked at once it is out, if that is 80 ms ago: the next one begins the hold there.
        if exam.seen_ns is None or not 0 <= frame.capture_ns - exam.seen_ns < LOOK_NS:
            exam.moved, exam.seen_ns = frame.place != exam.place, frame.capture_ns
        exam.last = frame
        exam.view(frame.view).accept(value, frame.capture_ns)
        said = [self._said(frame.exam, frame.view, value, None)]
        other = exam.views.get("HR" if frame.view == "AR" else "AR")
        if other and other.values:
            middle = float(np.median(other.values))
            partner = min(other.values, key=lambda each: (abs(each - middle), each))
            pair = round((value + partner) / 2 * 100) / 100
            exam.view("AR+HR").accept(pair, frame.capture_ns)
            said.append(self._said(frame.exam, "AR+HR", pair, None))
        return said

    def _said(
        self, exam: str, view: str, fat_pct: float | None, reason: str | None
    ) -> dict[str, Any]:
        return {"view": view, "fat_pct": fat_pct, "reason": reason, **self._state(exam, view)}

    def _state(self, name: str, view_name: str) -> dict[str, Any]:
        exam = self.exams[name]
        view = exam.views[view_name]
        medians, values = view.counted(), view.values
        most = len(medians)
        if view_name == "AR+HR":
            own = [len(exam.views[each].counted()) for each in ("AR", "HR") if each in exam.views]
            most = min([most, *own])
        return {
            "frames": len(values),
            "median_pct": float(np.median(values)) if values else None,
            "iqr_pct": spread(values),
            "holds": len(medians),
            "hold_median_pct": float(np.median(medians)) if medians else None,
            "hold_iqr_pct": spread(medians),
            "verdict": verdict(medians, most),
            "reasons": view.reasons,
            "restarts": view.restarts,
        }


def lasted_ns(times_ns: list[int]) -> int:
    """Time gone by, of which a clock that is set back undoes nothing."""
    return sum(max(0, after - before) for before, after in pairwise(times_ns))


def spread(values: list[float]) -> float | None:
    if not values:
        return None
    lower, upper = np.percentile(values, (25, 75))
    return float(upper - lower)


def verdict(medians: list[float], most: int) -> str:
    if not medians or most == 0:
        return "collecting"
    if most < HOLDS:
        return "insufficient"
    allowed = max(FLOOR_PCT, SHARE * float(np.median(medians)))
    return "repeatable" if (spread(medians) or 0.0) <= allowed else "not_repeatable"
