from dataclasses import replace

import cv2
import numpy as np
import pytest

from edge.fan.content import find_content
from edge.fan.detect import Fan, detect
from edge.fan.sector import Sector
from edge.fan.shape import fill
from tests.unit.fan.screens import (
    CONVEX,
    SIZE,
    Gray,
    draw,
    furthest_apart,
    ornament,
    pink,
    shadowed,
    speckle,
)

DEGREE = float(np.deg2rad(1))


def look(frame: Gray) -> Fan | None:
    content = find_content(frame)
    return None if content is None else detect(content)


def found(frame: Gray) -> Sector:
    fan = look(frame)
    assert fan is not None
    assert isinstance(fan.shape, Sector)
    return fan.shape


@pytest.mark.parametrize(
    "truth",
    [
        CONVEX,
        replace(CONVEX, apex_x=250.0),
        replace(CONVEX, apex_x=421.0, apex_y=-10.0, outer_px=420.0),
        replace(CONVEX, left_rad=-24 * DEGREE, right_rad=24 * DEGREE),
        replace(CONVEX, left_rad=-38 * DEGREE, right_rad=38 * DEGREE, outer_px=430.0),
        replace(CONVEX, left_rad=-28 * DEGREE, right_rad=36 * DEGREE),
        replace(CONVEX, inner_px=60.0, apex_y=-20.0, outer_px=400.0),
    ],
)
def test_a_sector_is_found_to_a_pixel(truth: Sector) -> None:
    sector = found(draw(truth, np.random.default_rng(0)))

    assert furthest_apart(sector, truth) < 1.5
    assert np.rad2deg(sector.half_angle_rad) == pytest.approx(
        np.rad2deg(truth.half_angle_rad), abs=0.15
    )


def test_text_bars_ticks_a_logo_and_an_ecg_trace_do_not_count() -> None:
    plain = draw(CONVEX, np.random.default_rng(1))

    assert furthest_apart(found(ornament(plain)), CONVEX) < 1.5


def test_a_fan_larger_than_the_frame_is_found_beyond_it() -> None:
    truth = replace(CONVEX, apex_x=320.0, apex_y=-140.0, inner_px=150.0, outer_px=620.0)

    fan = look(draw(truth, np.random.default_rng(2)))

    assert fan is not None
    assert furthest_apart(fan.shape, truth) < 3
    polygon = fan.polygon()
    assert polygon.min() >= 0
    assert (polygon.max(axis=0) <= (639, 479)).all()


def test_a_fan_cut_off_below_keeps_its_radius_and_is_shown_as_cut() -> None:
    frame = draw(CONVEX, np.random.default_rng(3))
    frame[372:] = 0

    fan = look(frame)

    assert fan is not None
    assert furthest_apart(fan.shape, CONVEX) < 3
    assert fan.polygon()[:, 1].max() == pytest.approx(371, abs=2)
    # Halfway down what is seen: from the face at row 50 to the cut.
    assert fan.middle == pytest.approx((330, (50 + 371) / 2), abs=2)


def test_a_side_in_shadow_is_where_the_other_side_says() -> None:
    frame = draw(CONVEX, np.random.default_rng(4))

    sector = found(shadowed(frame, CONVEX, 20 * DEGREE, 40 * DEGREE))

    assert furthest_apart(sector, CONVEX) < 8


def test_shadows_within_the_fan_do_not_draw_its_edges_in() -> None:
    frame = draw(CONVEX, np.random.default_rng(5))
    for angle in (-18, -3, 12):
        frame = shadowed(frame, CONVEX, angle * DEGREE, (angle + 6) * DEGREE)

    assert furthest_apart(found(frame), CONVEX) < 3


def test_a_black_that_is_gray_around_the_fan_is_black_all_the_same() -> None:
    # A screen shot masked by hand: some of the scanner's dark gray is left around the fan.
    rng = np.random.default_rng(6)
    inside = fill(CONVEX.outline(200), SIZE)
    hand = cv2.GaussianBlur(rng.standard_normal(SIZE), (0, 0), 6) * 200
    away = cv2.distanceTransform(1 - inside, cv2.DIST_L2, 3)
    around = (away < np.clip(9 + hand, 1, 18)).astype(np.uint8)
    frame = draw(CONVEX, rng)
    veiled = np.where(inside > 0, np.maximum(frame, 52) + 8, 50 * around).astype(np.uint8)

    assert furthest_apart(found(veiled), CONVEX) < 3


NOISE = np.random.default_rng(7)


@pytest.mark.parametrize(
    "frame",
    [
        np.zeros(SIZE, np.uint8),
        np.full(SIZE, 130, np.uint8),
        NOISE.integers(0, 256, SIZE, np.uint8),
        NOISE.integers(0, 12, SIZE, np.uint8),
        *(pink(NOISE, power) for power in (1.0, 1.0, 1.5, 1.5, 2.0, 2.0)),
        *(np.clip((pink(NOISE, power).astype(int) - 110) * 3, 0, 255).astype(np.uint8)
          for power in (1.0, 1.5, 2.0)),
        ornament(np.zeros(SIZE, np.uint8)),
        np.tile(np.linspace(0, 255, SIZE[1]).astype(np.uint8), (SIZE[0], 1)),
    ],
)  # fmt: skip
def test_noise_gradients_and_text_hold_no_fan(frame: Gray) -> None:
    assert look(frame) is None


@pytest.mark.parametrize("name", ["china.jpg", "flower.jpg"])
@pytest.mark.parametrize("darker", [0, 90])
def test_photographs_hold_no_fan(name: str, darker: int) -> None:
    photographs = pytest.importorskip("sklearn.datasets")
    gray = cv2.cvtColor(photographs.load_sample_image(name), cv2.COLOR_RGB2GRAY)
    boxed = np.zeros((700, 900), np.uint8)
    boxed[120:520, 200:700] = cv2.resize(gray, (500, 400))

    assert look(np.clip(gray.astype(int) - darker, 0, 255).astype(np.uint8)) is None
    assert look(boxed) is None


@pytest.mark.parametrize("power", [1.0, 1.5])
def test_the_same_noise_within_a_sector_is_a_fan(power: float) -> None:
    """The control: a detector that finds nothing at all would pass the test before."""
    inside = fill(CONVEX.outline(200), SIZE)
    frame = np.maximum(pink(np.random.default_rng(8), power), 25) * inside

    assert furthest_apart(found(frame), CONVEX) < 3


@pytest.mark.parametrize("kind", ["disc", "ellipse", "rectangle", "diamond"])
def test_other_pictures_on_black_are_no_fan(kind: str) -> None:
    mask = np.zeros(SIZE, np.uint8)
    if kind == "disc":
        cv2.circle(mask, (320, 240), 180, 1, -1)
    elif kind == "ellipse":
        cv2.ellipse(mask, (320, 240), (230, 130), 20, 0, 360, 1, -1)
    elif kind == "rectangle":
        mask[80:400, 140:500] = 1
    else:
        cv2.fillPoly(mask, [np.array([(320, 30), (110, 240), (320, 450), (530, 240)])], 1)

    assert look(speckle(np.random.default_rng(9)) * mask) is None
