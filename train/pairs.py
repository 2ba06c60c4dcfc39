"""Pairs of an AR and an HR frame of the same subject."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from train.cohort import ViewFrames

Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Pairs:
    """Positions (pairs,) in the AR and in the HR frames, and each pair's subject and H-MRS %."""

    ar: Indices
    hr: Indices
    subjects: Indices
    hmrs_pct: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.ar)


def pair_frames(ar: ViewFrames, hr: ViewFrames, rng: np.random.Generator | None = None) -> Pairs:
    """Give every AR frame an HR frame of its subject: in turn, or at random where `rng` is given.

    Subjects without an HR frame have no pair.
    """
    of_subject = {int(n): np.flatnonzero(hr.subjects == n) for n in np.unique(hr.subjects)}
    ar_positions: list[int] = []
    hr_positions: list[int] = []
    for number in np.unique(ar.subjects):
        mine, theirs = np.flatnonzero(ar.subjects == number), of_subject.get(int(number))
        if theirs is None:
            continue
        ar_positions.extend(mine)
        hr_positions.extend(_partners(theirs, len(mine), rng))
    chosen = np.array(ar_positions, np.int64)
    return Pairs(chosen, np.array(hr_positions, np.int64), ar.subjects[chosen], ar.hmrs_pct[chosen])


def _partners(theirs: Indices, count: int, rng: np.random.Generator | None) -> Indices:
    if rng is None:
        return theirs[np.arange(count) % len(theirs)]
    return rng.choice(theirs, count)
