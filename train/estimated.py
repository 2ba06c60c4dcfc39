"""One model's estimates beside what is known of the frames."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Estimated:
    """All arrays are (frames,), or (pairs,) for AR+HR."""

    subjects: NDArray[np.int64]
    rows: NDArray[np.int64]
    """Of each frame in its view's array; of the AR frame in a pair."""
    estimate_pct: NDArray[np.float32] | NDArray[np.float64]
    hmrs_pct: NDArray[np.float32] | NDArray[np.float64]
