from dataclasses import replace

import numpy as np
import pytest

from edge.contract.crop import CropSpec, crop
from edge.fan.placing import Placing, window_corners
from edge.fan.scale import FACE_RADIUS_MM
from tests.unit.fan.screens import CONVEX, SIZE, Gray, draw

BY_FAN = CropSpec(mm_per_px=0.45, placement="fan")
CENTRED = CropSpec(mm_per_px=0.45)

# Its middle, halfway between face and bottom on the centre line, is the frame's.
IN_THE_MIDDLE = replace(CONVEX, apex_x=319.5, apex_y=239.5 - (110 + 460) / 2)


@pytest.fixture(scope="module")
def frame() -> Gray:
    return draw(IN_THE_MIDDLE, np.random.default_rng(0))


def test_a_fan_in_the_frames_middle_is_cut_as_the_centred_crop_cuts_it(frame: Gray) -> None:
    window = Placing(BY_FAN).cut(frame, (0.3, 0.3)).window

    shifts = [
        crop(np.roll(frame, (down, right), (0, 1)), CENTRED, (0.3, 0.3))
        for down in range(-2, 3)
        for right in range(-2, 3)
    ]
    assert any(np.array_equal(window[2:-2, 2:-2], shifted[2:-2, 2:-2]) for shifted in shifts)


@pytest.mark.parametrize(("right", "down"), [(80, 0), (-70, 0), (0, 20), (60, -20)])
def test_the_window_follows_a_fan_that_lies_elsewhere(right: int, down: int, frame: Gray) -> None:
    height, width = SIZE
    moved = np.zeros((height + 40, width + 160), np.uint8)
    moved[20 + down : 20 + down + height, 80 + right : 80 + right + width] = frame

    window = Placing(BY_FAN).cut(moved, (0.45, 0.45)).window
    there = Placing(BY_FAN).cut(frame, (0.45, 0.45)).window

    agreement = np.mean(np.abs(window.astype(int) - there) <= 2)
    assert agreement > 0.99
    centred = crop(moved, CENTRED, (0.45, 0.45))
    assert np.mean(np.abs(centred.astype(int) - there) <= 2) < 0.7


def test_the_headers_scale_wins_over_the_fans(frame: Gray) -> None:
    told = Placing(BY_FAN).cut(frame, (0.3, 0.3))
    untold = Placing(BY_FAN).cut(frame, None)

    assert told.scale == "header"
    assert untold.scale == "fan"
    assert told.fan is not None
    assert untold.fan is not None
    scale_mm = FACE_RADIUS_MM / untold.fan.shape.vector()[4]
    assert scale_mm == pytest.approx(FACE_RADIUS_MM / IN_THE_MIDDLE.inner_px, rel=0.02)
    for placed, spacing_mm in ((told, 0.3), (untold, scale_mm)):
        there = crop(frame, CENTRED, (spacing_mm, spacing_mm), untold.fan.middle)
        assert np.array_equal(placed.window, there)


def test_a_centred_window_takes_its_scale_from_the_fan_too(frame: Gray) -> None:
    placed = Placing(CENTRED).cut(frame, None)

    assert placed.scale == "fan"
    assert not np.array_equal(placed.window, crop(frame, CENTRED))


def test_where_no_fan_is_found_the_window_is_the_papers_and_the_scale_unknown() -> None:
    flat = np.full(SIZE, 100, np.uint8)

    placed = Placing(BY_FAN).cut(flat, None)

    assert (placed.scale, placed.fan) == ("unknown", None)
    assert np.array_equal(placed.window, crop(flat, CropSpec()))


def test_the_fan_is_not_looked_for_where_nothing_depends_on_it(frame: Gray) -> None:
    assert Placing(CropSpec()).cut(frame, None).fan is None
    assert Placing(CENTRED).cut(frame, (0.3, 0.3)).fan is None


def test_another_spacing_is_another_geometry(frame: Gray) -> None:
    placing = Placing(BY_FAN)
    first = placing.cut(frame, (0.3, 0.3)).fan

    placed = placing.cut(np.zeros(SIZE, np.uint8), (0.4, 0.4))

    assert first is not None
    assert placed.fan is None


def test_the_windows_corners_are_what_the_crop_cuts() -> None:
    frame = np.zeros((600, 800), np.uint8)
    corners = window_corners(CENTRED, (0.3, 0.3), (430.0, 310.0))
    low, high = corners.min(axis=0), corners.max(axis=0)
    frame[round(low[1] + 3) : round(high[1] - 2), round(low[0] + 3) : round(high[0] - 2)] = 255

    window = crop(frame, CENTRED, (0.3, 0.3), (430.0, 310.0))

    assert (window[4:-4, 4:-4] == 255).all()
    assert (window[0] == 0).all()
    assert (window[:, -1] == 0).all()
