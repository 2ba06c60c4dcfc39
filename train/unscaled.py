"""Frames as the daemon cuts them when it does not know their scale."""

import dataclasses

import cv2
import numpy as np
from numpy.typing import NDArray

from train.cohort import Cohort, ViewFrames

SPACING_MM = (0.2, 0.6)
"""Millimetres that a pixel of such a frame may have: 12-24 cm of depth on 400-600 rows or more."""


def unscaled(cohort: Cohort, seed: int = 0) -> Cohort:
    """The cohort with each subject's windows cut pixel for pixel from frames of a scale of its own.

    The scale is drawn log-uniformly from `SPACING_MM`; where a window then reaches beyond what was
    rendered it is black. Takes the memory of all its windows.

    Raises:
        ValueError: the cohort's windows have no scale that could be unknown.
    """
    mm_per_px = cohort.record.crop.mm_per_px
    if mm_per_px is None:
        raise ValueError(f"{cohort.path}: cropped at the frames' own scale")
    low, high = np.log(SPACING_MM)
    views = {}
    for view, frames in cohort.views.items():
        zooms = {
            subject: mm_per_px
            / float(np.exp(np.random.default_rng([seed, subject]).uniform(low, high)))
            for subject in np.unique(frames.subjects).tolist()
        }
        views[view] = _zoomed(frames, [zooms[subject] for subject in frames.subjects.tolist()])
    return dataclasses.replace(cohort, views=views)


def _zoomed(frames: ViewFrames, zooms: list[float]) -> ViewFrames:
    windows = [
        _zoom(frames.pixels[row], zoom)
        for row, zoom in zip(frames.rows.tolist(), zooms, strict=True)
    ]
    rows = np.arange(len(windows))
    return ViewFrames(np.stack(windows), rows, frames.subjects, frames.hmrs_pct)


def _zoom(window: NDArray[np.uint8], zoom: float) -> NDArray[np.uint8]:
    """The window (side, side) enlarged by `zoom` around its middle; smaller than 1 shrinks it."""
    middle = (window.shape[0] - 1) / 2
    turn = cv2.getRotationMatrix2D((middle, middle), 0, zoom)
    return np.asarray(cv2.warpAffine(window, turn, window.shape[::-1]), np.uint8)
