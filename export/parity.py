"""How far the converted models are from the trained ones, in percentage points of liver fat."""

import msgspec
import numpy as np
from numpy.typing import NDArray

Percentages = NDArray[np.float32]
Estimates = dict[str, Percentages]
"""H-MRS % (n,) by "AR", "HR" and "AR+HR"."""

LIMIT_PCT = 0.01
WORST_SHOWN = 3


class ParityError(ValueError):
    """Converted and trained model disagree; names the model and the worst frames."""


class Parity(msgspec.Struct, frozen=True, kw_only=True):
    """One model's differences over the sampled frames, percentage points."""

    frames: int
    mean_abs: float
    max_abs: float


def compare(
    trained: Estimates, converted: Estimates, limit_pct: float = LIMIT_PCT
) -> dict[str, Parity]:
    """Differences of each model.

    Raises:
        ParityError: a frame differs by more than `limit_pct`, or is not a number.
    """
    return {name: _compare(name, trained[name], converted[name], limit_pct) for name in trained}


def _compare(
    name: str,
    trained: Percentages,
    converted: Percentages,
    limit_pct: float,
) -> Parity:
    difference = np.abs(np.asarray(converted, np.float64) - trained)
    if not difference.max() <= limit_pct:  # so written that NaN is refused too
        worst = np.argsort(-np.nan_to_num(difference, nan=np.inf))[:WORST_SHOWN]
        shown = "; ".join(f"frame {i}: {trained[i]:.4f} became {converted[i]:.4f}" for i in worst)
        raise ParityError(
            f"{name}: up to {difference.max():.4f} percentage points between Keras and ONNX, "
            f"allowed {limit_pct} ({shown}); no bundle is written"
        )
    return Parity(
        frames=len(difference),
        mean_abs=float(difference.mean()),
        max_abs=float(difference.max()),
    )
