"""Two neighbouring columns of a 3x3 convolution's outputs as the outputs of one 3x4 kernel."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

PLACES = 2

Number = TypeVar("Number", bound=np.generic)


def at_both(kernel: NDArray[Number]) -> NDArray[Number]:
    """Kernels (n, c, 3, 3) at each of the two places, zero elsewhere: (2 n, c, 3, 4)."""
    number, channels = kernel.shape[:2]
    every = np.zeros((PLACES * number, channels, 3, 3 + PLACES - 1), kernel.dtype)
    for place in range(PLACES):
        every[place * number : (place + 1) * number, ..., place : place + 3] = kernel
    return every
