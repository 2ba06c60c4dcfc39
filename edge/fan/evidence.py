"""What several frames of one geometry have shown: by pixel the brightest, the darkest, the mean."""

import cv2
import numpy as np

from edge.fan.content import Gray

MOVING_FRAMES = 4
"""As many frames it takes to tell what moves."""


class Evidence:
    """Frames (height, width) put together.

    frames: how many.
    """

    def __init__(self) -> None:
        self.frames = 0
        self._brightest = self._darkest = np.zeros((0, 0), np.uint8)
        self._sum = np.zeros((0, 0), np.float32)

    def add(self, gray: Gray) -> None:
        """Take in a frame; all have the size of the first."""
        if self.frames == 0:
            self._brightest, self._darkest = gray.copy(), gray.copy()
            self._sum = gray.astype(np.float32)
        else:
            np.maximum(self._brightest, gray, out=self._brightest)
            np.minimum(self._darkest, gray, out=self._darkest)
            cv2.accumulate(gray, self._sum)
        self.frames += 1

    def picture(self) -> Gray:
        """Halfway between the brightest and the mean.

        An echo that a shadow hides in most frames is kept, a video codec's stray block is halved.
        """
        mean = cv2.convertScaleAbs(self._sum, alpha=1 / self.frames)
        return np.asarray(cv2.addWeighted(mean, 0.5, self._brightest, 0.5, 0), np.uint8)

    def change(self) -> Gray | None:
        """By how much each pixel has changed; None where there was one frame."""
        return None if self.frames < 2 else self._brightest - self._darkest

    @property
    def moves(self) -> bool:
        """Whether there are frames enough to tell what moves from what does not."""
        return self.frames >= MOVING_FRAMES
