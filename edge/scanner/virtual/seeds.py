"""One tree of random streams, so that no draw depends on how many another took."""

from enum import IntEnum

import numpy as np


class Leaf(IntEnum):
    """What a stream is for; the numbers are part of the cohort's version."""

    LABEL = 0
    BIOLOGY = 1
    BODY = 2
    SCANNER = 3
    ANATOMY = 4
    SPECKLE = 5
    MOTION = 6
    NOISE = 7
    RECEIVER = 8


def stream(seed: int, index: int, leaf: Leaf, *branch: int) -> np.random.Generator:
    """Random stream of one leaf of subject `index` in the cohort `seed`.

    `branch`: tells views and frames apart within a leaf.
    """
    key = (index, int(leaf), *branch)
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))
