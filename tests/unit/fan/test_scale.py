from dataclasses import replace

import numpy as np
import pytest

from edge.fan.detect import Fan
from edge.fan.scale import FACE_RADIUS_MM, RELATIVE_ERROR, mm_per_px
from edge.fan.shape import Box, Shape
from edge.fan.trapezoid import Trapezoid
from tests.unit.fan.screens import CONVEX

DEGREE = float(np.deg2rad(1))


def fan(shape: Shape, top: float = 1.0) -> Fan:
    support = {"left": 1.0, "right": 1.0, "top": top, "bottom": 1.0}
    return Fan(shape, Box(0, 0, 639, 479), support, filled=1.0, beyond=0.0)  # type: ignore[arg-type]


@pytest.mark.parametrize("radius_mm", [50.0, 55.0, 60.0])
def test_the_scale_of_an_abdominal_probe_is_right_to_its_stated_error(radius_mm: float) -> None:
    true_mm = radius_mm / CONVEX.inner_px

    found_mm = mm_per_px(fan(CONVEX))

    assert found_mm == pytest.approx(FACE_RADIUS_MM / 110.0)
    assert found_mm == pytest.approx(true_mm, rel=RELATIVE_ERROR + 0.011)


@pytest.mark.parametrize(
    "shape",
    [
        replace(CONVEX, left_rad=-70 * DEGREE, right_rad=70 * DEGREE),
        replace(CONVEX, left_rad=-12 * DEGREE, right_rad=12 * DEGREE),
        replace(CONVEX, inner_px=2.0),
        replace(CONVEX, inner_px=75.0),
        Trapezoid(180.0, 0.0, 470.0, 0.0, 40.0, 430.0),
    ],
    ids=["micro-convex", "narrow", "phased", "too deep for its radius", "linear"],
)
def test_another_probe_tells_no_scale(shape: Shape) -> None:
    assert mm_per_px(fan(shape)) is None


def test_a_face_that_cannot_be_seen_tells_no_scale() -> None:
    assert mm_per_px(fan(CONVEX, top=0.1)) is None
