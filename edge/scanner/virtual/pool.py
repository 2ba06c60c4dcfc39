"""Random fields drawn once and used again: windows of a pool that is larger than they are.

Two windows of a pool are alike, but not where they lie on top of each other; and nothing but what
lies on top of each other is ever added up.
"""

import numpy as np

from edge.scanner.virtual.grid import Field

SPARE = (96, 64)
"""Samples and lines by which a pool is larger than its windows."""


def pool_shape(shape: tuple[int, int]) -> tuple[int, int, int]:
    """Of a pool of complex numbers, real and imaginary part, for windows of `shape`."""
    return shape[0] + SPARE[0], shape[1] + SPARE[1], 2


def window(pool: Field, rng: np.random.Generator) -> Field:
    """A window of the pool at a random place, (samples, lines, 2), not to be written to."""
    row, column = (int(rng.integers(spare)) for spare in SPARE)
    height, width = pool.shape[0] - SPARE[0], pool.shape[1] - SPARE[1]
    return pool[row : row + height, column : column + width]
