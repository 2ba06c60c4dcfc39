"""How many scanners a daemon carries: one number tried, and the search for the largest."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from bench import timeline
from bench.case import Case
from bench.contender import daemon
from bench.errors import BenchError
from bench.rig import Rig
from bench.timeline import Timeline

TRIES = 3
"""Of one number; two of them decide. A single one is at the mercy of whatever else runs."""


@dataclass(frozen=True)
class Attempt:
    """One run. `cpu_ms`: of the daemon, each frame."""

    timeline: Timeline
    sent: int
    cpu_ms: float
    bound_ms: float

    @property
    def lost(self) -> int:
        """Frames without an answer."""
        return self.sent - int(self.timeline.seq.size)

    @property
    def p99_ms(self) -> float:
        """Of the answers' ages."""
        return float(np.percentile(self.timeline.e2e_ms, 99))

    @property
    def holds(self) -> bool:
        """None lost, and 99 of 100 within a frame's period."""
        return self.lost == 0 and self.p99_ms < self.bound_ms


@dataclass(frozen=True)
class Point:
    """One number of scanners, tried until two tries agree."""

    scanners: int
    attempts: list[Attempt]
    precision: str
    provider: str

    @property
    def carried(self) -> bool:
        """Whether most tries held."""
        return 2 * sum(attempt.holds for attempt in self.attempts) > len(self.attempts)

    @property
    def typical(self) -> Attempt:
        """The first try that went the way of most."""
        return next(attempt for attempt in self.attempts if attempt.holds == self.carried)


def measure_point(case: Case) -> Point:
    """Try the case's number of scanners, with a new daemon each time, at most three times.

    Raises:
        BenchError: no frame was answered, or the case has no pace.
    """
    if case.fps == "fast":
        raise BenchError("streams need a pace")
    attempts: list[Attempt] = []
    told = ("", "")
    for _ in range(TRIES):
        attempt, told = _attempt(case, 1000 / case.fps)
        attempts.append(attempt)
        held = sum(each.holds for each in attempts)
        if max(held, len(attempts) - held) > TRIES // 2:
            break
    return Point(case.streams, attempts, *told)


def _attempt(case: Case, bound_ms: float) -> tuple[Attempt, tuple[str, str]]:
    with Rig(case, [daemon(case)], lambda _: None) as rig:
        rig.burst(0, case.warm_up)
        seen = rig.burst(0, case.frames)
    whole = timeline.join(seen.sent, seen.arrivals, case.view)
    last = timeline.last_estimate(seen.arrivals)
    if last is None:
        raise BenchError("no estimate arrived; is the machine overloaded?")
    attempt = Attempt(whole, seen.frames, 1e3 * seen.cpu_s / seen.frames, bound_ms)
    return attempt, (last.model.precision, last.model.provider)


def search(attempt: Callable[[int], Point], most: int) -> list[Point]:
    """Every number tried on the way to the largest that is carried, in rising order.

    Doubles until one is not carried, then halves the gap.
    """
    tried: dict[int, Point] = {}
    low, high = 0, 1
    while high <= most:
        tried[high] = attempt(high)
        if not tried[high].carried:
            break
        low, high = high, 2 * high
    else:
        high = most + 1
    while high - low > 1:
        middle = (low + high) // 2
        tried[middle] = attempt(middle)
        if tried[middle].carried:
            low = middle
        else:
            high = middle
    return [tried[number] for number in sorted(tried)]
