"""Times of networks on one machine, taken in turns, so that ratios mean something on a busy one."""

import random
import time
from collections.abc import Callable, Mapping

import msgspec
import numpy as np
from numpy.typing import NDArray

from edge.runner_sessions import Session

BURST = 8
"""Inferences of one candidate before it is another's turn; the first, with cold caches, is not
counted."""


class Timing(msgspec.Struct, frozen=True, kw_only=True):
    """Times of one inference, ms."""

    p1_ms: float
    p50_ms: float
    p99_ms: float


def race(
    candidates: Mapping[str, Session],
    frame: NDArray[np.uint8],
    rounds: int,
    done: Callable[[], None],
) -> dict[str, Timing]:
    """Time single-view networks in random turns; `done` is called after each round.

    frame: (side, side). The times are those of a caller: with the binding of inputs and outputs.
    """
    laps: dict[str, list[float]] = {name: [] for name in candidates}
    order = list(candidates)
    shuffle = random.Random(0)
    for _ in range(rounds):
        shuffle.shuffle(order)
        for name in order:
            laps[name] += _burst(candidates[name], frame)
        done()
    return {name: _quantiles(times) for name, times in laps.items()}


def _burst(session: Session, frame: NDArray[np.uint8]) -> list[float]:
    inputs = {"frame": frame[np.newaxis, ..., np.newaxis]}
    times = []
    for _ in range(BURST + 1):
        start_ns = time.perf_counter_ns()
        session.run(["fat_pct", "features"], inputs)
        times.append((time.perf_counter_ns() - start_ns) / 1e6)
    return times[1:]


def _quantiles(times_ms: list[float]) -> Timing:
    p1, p50, p99 = np.quantile(times_ms, (0.01, 0.5, 0.99))
    return Timing(p1_ms=float(p1), p50_ms=float(p50), p99_ms=float(p99))
