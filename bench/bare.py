"""The network alone: `session.run` in this process, back to back and at the frame rate."""

import time

import numpy as np
from numpy.typing import NDArray

from bench import frames
from bench.case import Case
from bench.pace import wait_until
from edge.contract.crop import Gray, crop
from edge.runner import Runner

WARM_UP = 10
MOST = 150
"""Inferences timed in one go, at most."""

Milliseconds = NDArray[np.float64]


class Bare:
    """Times the network of one view.

    `measure` is called before and after what it is compared with, so that a machine that changes
    its pace shows in both.
    """

    def __init__(self, case: Case, runner: Runner) -> None:
        self._case = case
        self._runner = runner
        images = frames.draw(case.view, 8, case.width, case.height)
        self._windows = [crop(image, runner.crop) for image in images]
        self._back_to_back: list[float] = []
        self._paced: list[float] = []

    def measure(self) -> None:
        """Time the network once more, both ways."""
        for number in range(WARM_UP):
            self._runner.infer(self._case.view, self._window(number))
        count = min(self._case.frames, MOST) // 2 + 1
        self._back_to_back += [self._time(number) for number in range(count)]
        start_ns = time.monotonic_ns()
        for number in range(count):
            wait_until(start_ns + round(number * 1e9 / self._case.pace))
            self._paced.append(self._time(number))

    @property
    def back_to_back_ms(self) -> Milliseconds:
        """One inference after another: caches warm, clock up; what others publish."""
        return np.array(self._back_to_back)

    @property
    def paced_ms(self) -> Milliseconds:
        """One inference for each frame period: what a stream pays."""
        return np.array(self._paced)

    def _time(self, number: int) -> float:
        window = self._window(number)
        start_ns = time.perf_counter_ns()
        self._runner.infer(self._case.view, window)
        return (time.perf_counter_ns() - start_ns) / 1e6

    def _window(self, number: int) -> Gray:
        return self._windows[number % len(self._windows)]
