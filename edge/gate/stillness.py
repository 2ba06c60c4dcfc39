"""Pictures that repeat: HDMI capture shows a frame twice, a frozen scanner the same for minutes."""

import numpy as np

from edge.contract.crop import Gray
from edge.gate.limits import FROZEN_AFTER
from edge.gate.reasons import Reason


class Stillness:
    """Compares each window with the one before, and knows whether the scanner said `freeze`.

    Live tissue never gives the same pixels twice: receiver noise alone sees to that. The window is
    compared, not the frame, so that a clock or a pointer beside the picture does not hide a freeze.
    """

    def __init__(self) -> None:
        self._last: Gray = np.empty((0, 0), np.uint8)
        self._middle = b""
        self._repeats = 0
        self._frozen_epoch: int | None = None

    def freeze(self, epoch: int, *, frozen: bool) -> None:
        """The scanner said that it froze, or went on; another process of it is not frozen."""
        self._frozen_epoch = epoch if frozen else None

    def check(self, window: Gray, epoch: int) -> Reason | None:
        """Why this picture, (n, n) uint8, adds nothing to those before, or None."""
        # A row of the middle first: it nearly always tells two pictures apart.
        middle = window[len(window) // 2].tobytes()
        repeats = middle == self._middle and np.array_equal(self._last, window)
        self._repeats = self._repeats + 1 if repeats else 0
        self._last, self._middle = window, middle
        if self._frozen_epoch == epoch or self._repeats >= FROZEN_AFTER:
            return "frozen"
        return "repeated" if self._repeats else None
