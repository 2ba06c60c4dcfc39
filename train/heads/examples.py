"""Frames to fit heads on and to choose their limits on: never the same subjects for both."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge.contract.crop import CropSpec
from edge.contract.grading import VIEWS, View
from train.cohort import Cohort, ViewFrames
from train.heads.network import CLASSES, Labels, Small, shrink
from train.outliers.drawing import draw_outliers

EVERY = 4
"""Each fourth subject, and each fourth outlier, is held out."""
TURNED_FROM = 200
"""Frames that outliers are turned from, of each view and cohort."""

Frames = NDArray[np.uint8]


@dataclass(frozen=True)
class Side:
    """Frames of the subjects on one side, by view and cohort; and outliers with their kinds."""

    frames: dict[View, list[ViewFrames]]
    outliers: Frames
    kinds: NDArray[np.str_]

    def small(self) -> tuple[Small, Labels]:
        """All of it as the view network sees it, (n, 90, 90), with class numbers (n,)."""
        shrunk = [shrink_all(self.frames[view]) for view in VIEWS] + [shrink(self.outliers)]
        labels = np.repeat(np.arange(len(CLASSES)), [len(part) for part in shrunk])
        return np.concatenate(shrunk), labels


def divide(
    cohorts: Sequence[Cohort], outliers: int, seed: int, advance: Callable[[], None]
) -> tuple[Side, Side]:
    """(to fit on, held out): subjects and outliers; `advance` hears of every outlier drawn."""
    livers = [frame for cohort in cohorts for view in VIEWS for frame in _some(cohort.views[view])]
    spec = cohorts[0].record.crop
    kinds, windows = _drawn(outliers, spec, livers, seed, advance)
    sides = []
    for held_out in (False, True):
        # By number of their round over all kinds, so that every kind is on both sides.
        chosen = (np.arange(outliers) // len(set(kinds)) % EVERY == EVERY - 1) == held_out
        frames = {
            view: [_side(cohort.views[view], held_out) for cohort in cohorts] for view in VIEWS
        }
        sides.append(Side(frames, windows[chosen], kinds[chosen]))
    return sides[0], sides[1]


def shrink_all(parts: Sequence[ViewFrames]) -> Small:
    """Every frame as the view network sees it, (n, 90, 90)."""
    return np.concatenate([shrink(part.pixels[part.rows]) for part in parts])


def with_more(small: Small, labels: Labels, cohorts: Sequence[Cohort]) -> tuple[Small, Labels]:
    """What the view network learns from, and one frame of each subject and view of `cohorts`.

    A subject's frames are much alike; other subjects teach it more.
    """
    for cohort in cohorts:
        for number, view in enumerate(VIEWS):
            frames = cohort.views[view]
            _, first = np.unique(frames.subjects, return_index=True)
            more = shrink(frames.pixels[row] for row in frames.rows[np.sort(first)])
            small = np.concatenate((small, more))
            labels = np.concatenate((labels, np.full(len(more), number)))
    return small, labels


def _side(frames: ViewFrames, held_out: bool) -> ViewFrames:
    subjects = {int(one) for one in frames.subjects}
    return frames.of({one for one in subjects if (one % EVERY == EVERY - 1) == held_out})


def _some(frames: ViewFrames) -> list[Frames]:
    fitted = _side(frames, held_out=False)
    return list(fitted.pixels[fitted.rows[:TURNED_FROM]])


def _drawn(
    count: int, spec: CropSpec, livers: Sequence[Frames], seed: int, advance: Callable[[], None]
) -> tuple[NDArray[np.str_], Frames]:
    kinds, windows = [], []
    for kind, window in draw_outliers(count, spec, livers, seed):
        kinds.append(kind)
        windows.append(window)
        advance()
    return np.array(kinds), np.stack(windows)
