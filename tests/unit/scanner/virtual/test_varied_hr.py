"""HR views of `varied`: kidneys lie and tilt as they do in patients, the back is bright in many."""

import numpy as np
import pytest

from edge.scanner.virtual import PRESETS, VirtualClip, draw_subject
from edge.scanner.virtual.grid import Grid, inner
from edge.scanner.virtual.kidney import draw_kidney
from edge.scanner.virtual.motion import Pose

SUBJECTS = 24


def tilts_deg(preset: str) -> list[float]:
    """Slope of each kidney's long axis, right end down: which way its coordinate u rises."""
    grid = Grid(radius_mm=60.0, half_angle_rad=0.6, depth_mm=140.0)
    place = np.column_stack((grid.x.ravel(), grid.y.ravel(), np.ones(grid.x.size)))
    found = []
    for seed in range(SUBJECTS):
        kidney = draw_kidney(grid, 20.0, PRESETS[preset], np.random.default_rng(seed))
        across, down, _ = np.linalg.lstsq(place, kidney.u.ravel())[0]
        found.append(float(np.rad2deg(np.arctan2(down, across))))
    return found


def test_kidneys_tilt_further_than_elsewhere() -> None:
    varied, elsewhere = tilts_deg("varied"), tilts_deg("multi")
    assert -26 < min(elsewhere) < max(elsewhere) < 16
    assert min(varied) < -30
    assert np.std(varied) > 1.2 * np.std(elsewhere)


def brightness_db(number: int) -> float | None:
    """Level on the band along the back less that of what lies deeper, where there is a band."""
    clip = VirtualClip(draw_subject("varied", 82, number), "HR")
    names = clip.anatomy.sections[0].names
    if "back" not in names:
        return None
    level = clip.probe.level_db(Pose(), np.random.default_rng(0))
    clear = clip.probe.shadow_db < 1
    band = (inner(names["back"]) > 0.6) & (inner(names["kidney"]) < 0.1) & clear
    deeper = (inner(names["muscle"]) > 0.9) & (inner(names["back"]) < 0.05) & clear
    rows = np.flatnonzero((band.sum(axis=1) > 4) & (deeper.sum(axis=1) > 4))
    apart = [level[row][band[row]].mean() - level[row][deeper[row]].mean() for row in rows]
    return float(np.mean(apart)) if apart else None


def test_the_back_is_bright_in_more_than_half_of_them() -> None:
    found = [brightness_db(number) for number in range(SUBJECTS)]
    shown = [db for db in found if db is not None]
    assert 8 <= len(shown) <= 20
    assert np.median(shown) > 3, shown


@pytest.mark.parametrize("preset", ["single", "multi", "realistic"])
def test_no_other_preset_has_a_bright_back(preset: str) -> None:
    clip = VirtualClip(draw_subject(preset, 83), "HR")
    assert "back" not in clip.anatomy.sections[0].names
