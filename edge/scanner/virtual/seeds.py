"""One tree of random streams, so that no draw depends on how many another took."""

from enum import IntEnum

import numpy as np


class Leaf(IntEnum):
    """What a stream is for; the numbers are part of the simulator's version."""

    COHORT = 0
    LABEL = 1
    BIOLOGY = 2
    BODY = 3
    SCANNER = 4
    ANATOMY = 5
    SPECKLE = 7
    MOTION = 8
    NOISE = 9
    BEAM = 10
    DEPTH = 11
    SCREEN = 12


def stream(seed: int, index: int, leaf: Leaf, *branch: int) -> np.random.Generator:
    """Random stream of one leaf of subject `index` in the cohort `seed`.

    `branch`: tells views and parts apart within a leaf.
    """
    key = (index, int(leaf), *branch)
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=key))
