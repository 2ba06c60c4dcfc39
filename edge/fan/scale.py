"""Millimetres per pixel from the fan, where a frame's header does not tell them."""

import numpy as np

from edge.fan.detect import Fan
from edge.fan.sector import Sector

FACE_RADIUS_MM = 55.0
"""Taken as the radius of the probe's face: that of convex abdominal probes is 50 to 60 mm."""

RELATIVE_ERROR = 5.0 / 55.0
"""Largest error of the scale while the probe is one of those: 9 %."""

HALF_ANGLE_DEG = (20.0, 45.0)
DEPTH_MM = (60.0, 200.0)
"""Of an abdominal probe, and of the depth that livers are imaged at. A fan that would be deeper has
a probe of smaller radius: cardiac, endocavity, or one of the 40 mm ones."""

LEAST_FACE = 0.3
"""Support of the probe's face without which its radius is not taken from the picture."""


def mm_per_px(fan: Fan) -> float | None:
    """Scale of a convex abdominal probe's picture; None for any other picture."""
    shape = fan.shape
    if not isinstance(shape, Sector) or fan.support.get("top", 0.0) < LEAST_FACE:
        return None
    if not HALF_ANGLE_DEG[0] <= np.rad2deg(shape.half_angle_rad) <= HALF_ANGLE_DEG[1]:
        return None
    scale = FACE_RADIUS_MM / max(shape.inner_px, 1e-6)
    depth_mm = (shape.outer_px - shape.inner_px) * scale
    return scale if DEPTH_MM[0] <= depth_mm <= DEPTH_MM[1] else None
