"""How far converted models are from the trained ones, in percentage points of liver fat."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from edge.contract.grading import grade
from edge.contract.variant import ModelName, Parity, Precision

Percentages = NDArray[np.float32]
Estimates = Mapping[ModelName, Percentages]
"""H-MRS % (n,) by "AR", "HR" and "AR+HR"."""

MEAN_ABS_PCT = 0.10
P99_ABS_PCT = 0.5
BIAS_PCT = 0.05
SAME_GRADE = 0.99
FATTY_PCT = 20.0
"""Above so much fat, the mean |difference| is held to the same limit: errors may not grow there."""
FP32_MAX_PCT = 0.01
"""Between fp32 and Keras no frame may differ by more: only the order of additions does."""

WORST_SHOWN = 5


class ParityError(ValueError):
    """Converted and trained model disagree; names the model, the figure and the worst frames."""


def measure(trained: Percentages, converted: Percentages) -> Parity:
    """Figures over frames (n,); a value that is not a number makes the figures so too."""
    difference = np.asarray(converted, np.float64) - trained
    size = np.abs(difference)
    fatty = trained > FATTY_PCT
    both = zip(trained, converted, strict=True)
    same = [grade(float(one)) == grade(float(other)) for one, other in both]
    return Parity(
        frames=len(difference),
        mean_abs_pct=float(size.mean()),
        p99_abs_pct=float(np.quantile(size, 0.99)),
        max_abs_pct=float(size.max()),
        bias_pct=float(difference.mean()),
        fatty_mean_abs_pct=float(size[fatty].mean()) if fatty.any() else None,
        same_grade=float(np.mean(same)),
    )


def over_limit(found: Parity, precision: Precision, share: float = 1.0) -> list[str]:
    """What is beyond its limit, in words; empty where all is well.

    `share`: of each limit, to ask for a margin. The figures are compared so that what is not a
    number is over.
    """
    return [
        f"{name} {value:.4f} ({limit * share:.4g} allowed)"
        for name, (value, limit) in _limits(found, precision).items()
        if not value <= limit * share + 1e-12
    ]


def strain(found: Parity, precision: Precision) -> float:
    """The largest share of its limit that any figure takes; over 1 where one is beyond it."""
    return max(value / limit for value, limit in _limits(found, precision).values())


def _limits(found: Parity, precision: Precision) -> dict[str, tuple[float, float]]:
    """Each figure and its limit, by name."""
    upper = {
        "mean |Δ|": (found.mean_abs_pct, MEAN_ABS_PCT),
        "99th percentile of |Δ|": (found.p99_abs_pct, P99_ABS_PCT),
        "|bias|": (abs(found.bias_pct), BIAS_PCT),
        "frames of another grade": (1 - found.same_grade, 1 - SAME_GRADE),
    }
    if found.fatty_mean_abs_pct is not None:
        upper[f"mean |Δ| above {FATTY_PCT:g} %"] = (found.fatty_mean_abs_pct, MEAN_ABS_PCT)
    if precision == "fp32":
        upper["largest |Δ|"] = (found.max_abs_pct, FP32_MAX_PCT)
    return upper


def check(
    trained: Estimates,
    converted: Estimates,
    precision: Precision,
    provider: str,
    origin: list[str],
) -> dict[ModelName, Parity]:
    """Figures of each model.

    `origin`: what to call each frame.

    Raises:
        ParityError: a figure is over its limit.
    """
    figures = {name: measure(trained[name], converted[name]) for name in trained}
    for name, found in figures.items():
        if broken := over_limit(found, precision):
            worst = _worst(trained[name], converted[name], origin)
            raise ParityError(
                f"{name} in {precision} on {provider}: {'; '.join(broken)}, over "
                f"{found.frames} frames. Worst: {worst}"
            )
    return figures


def _worst(trained: Percentages, converted: Percentages, origin: list[str]) -> str:
    size = np.abs(np.asarray(converted, np.float64) - trained)
    first = np.argsort(-np.nan_to_num(size, nan=np.inf), kind="stable")[:WORST_SHOWN]
    return "; ".join(f"{origin[i]}: {trained[i]:.4f} became {converted[i]:.4f}" for i in first)
