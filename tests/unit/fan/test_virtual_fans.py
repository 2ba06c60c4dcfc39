"""The fans of virtual clips, whose geometry is known from their scan conversion."""

from typing import NamedTuple

import cv2
import numpy as np
import pytest

from edge.contract.crop import CropSpec, crop
from edge.fan.detect import Fan
from edge.fan.estimate import FanEstimate
from edge.fan.placing import Placing
from edge.fan.scale import RELATIVE_ERROR, mm_per_px
from edge.fan.sector import Sector
from edge.scanner.virtual import PRESETS, VirtualClip, draw_subject
from edge.scanner.virtual.grid import LINES
from tests.unit.fan.screens import Gray

FRAMES = 4
SUBJECTS = ((31, "AR"), (33, "HR"))


class Seen(NamedTuple):
    """A clip's first frames and what was found in them."""

    clip: VirtualClip
    frames: list[Gray]
    fan: Fan


@pytest.fixture(scope="module", params=[(p, *s) for p in PRESETS for s in SUBJECTS], ids=str)
def seen(request: pytest.FixtureRequest) -> Seen:
    preset, seed, view = request.param
    clip = VirtualClip(draw_subject(preset, seed), view)
    frames = [clip.frame(number) for number in range(FRAMES)]
    estimate = FanEstimate()
    for frame in frames:
        estimate.see(frame)
    assert estimate.fan is not None
    return Seen(clip, frames, estimate.fan)


def test_centre_line_radii_and_angle_are_those_of_the_scan_conversion(seen: Seen) -> None:
    grid, scale_mm = seen.clip.grid, seen.clip.screen.mm_per_px
    sector = seen.fan.shape
    assert isinstance(sector, Sector)

    assert sector.apex_x == pytest.approx((seen.clip.width - 1) / 2, abs=3)
    assert sector.inner_px == pytest.approx(grid.radius_mm / scale_mm, rel=0.02)
    assert sector.outer_px == pytest.approx((grid.radius_mm + grid.depth_mm) / scale_mm, rel=0.02)
    # The outermost lines lie half a line within the fan's nominal angle.
    half_deg = np.rad2deg(grid.half_angle_rad) * (LINES - 1) / LINES
    assert np.rad2deg(sector.half_angle_rad) == pytest.approx(half_deg, abs=1)


def test_the_window_lies_where_that_of_training_does(seen: Seen) -> None:
    middle = np.array(((seen.clip.width - 1) / 2, (seen.clip.height - 1) / 2))

    off_mm = (np.array(seen.fan.middle) - middle) * seen.clip.screen.mm_per_px

    assert np.hypot(*off_mm) < 0.5


def test_the_scale_is_the_true_one_but_for_the_probes_radius(seen: Seen) -> None:
    found_mm = mm_per_px(seen.fan)
    true_mm = seen.clip.screen.mm_per_px
    if seen.clip.grid.radius_mm in (50.0, 60.0):
        assert found_mm == pytest.approx(true_mm, rel=RELATIVE_ERROR + 0.03)
    else:
        # Beyond the assumption: off by as much as the radius is, or not told.
        wrong = 55.0 / seen.clip.grid.radius_mm
        assert found_mm is None or found_mm == pytest.approx(true_mm * wrong, rel=0.03)


def test_a_fan_beside_the_frames_middle_gives_the_window_of_training(seen: Seen) -> None:
    spacing_mm = seen.clip.spacing_mm
    by_fan, centred = CropSpec(mm_per_px=0.45, placement="fan"), CropSpec(mm_per_px=0.45)
    trained = crop(seen.frames[-1], centred, spacing_mm)
    moved = [cv2.copyMakeBorder(f, 0, 40, 0, 150, cv2.BORDER_CONSTANT) for f in seen.frames]

    placing = Placing(by_fan)
    windows = [placing.cut(np.asarray(frame, np.uint8), spacing_mm).window for frame in moved]

    assert likeness(windows[-1], trained) > 0.97
    assert likeness(crop(np.asarray(moved[-1], np.uint8), centred, spacing_mm), trained) < 0.8


def likeness(one: Gray, other: Gray) -> float:
    """Correlation of two windows, a little blurred so that half a pixel does not matter."""
    pair = [cv2.GaussianBlur(window, (0, 0), 3).astype(float).ravel() for window in (one, other)]
    return float(np.corrcoef(*pair)[0, 1])
