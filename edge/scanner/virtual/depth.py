"""How deep the operator sets the image."""

import numpy as np

from edge.contract.grading import View

DEPTH_MM: dict[View, tuple[float, float]] = {"AR": (120.0, 160.0), "HR": (110.0, 145.0)}
DEEPEST_MM = 170.0


def draw_depth(view: View, wall_mm: float, rng: np.random.Generator) -> float:
    """Imaged depth, mm: deeper behind a thick wall, blind to all else."""
    depth_mm = float(rng.uniform(*DEPTH_MM[view])) + 0.5 * max(0.0, wall_mm - 20)
    return min(depth_mm, DEEPEST_MM)
