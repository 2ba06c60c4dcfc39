"""A clip as others use it: sizes, types, what lies where on the screen."""

import numpy as np
import pytest

from edge.contract.crop import CropSpec, crop
from edge.contract.grading import VIEWS, View
from edge.scanner.virtual import PRESETS, VirtualClip, draw_subject
from edge.scanner.virtual.grid import inner
from edge.scanner.virtual.motion import Pose
from tests.unit.scanner.virtual.twins import twin


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("preset", list(PRESETS))
def test_a_frame_is_gray_of_the_size_that_the_clip_says(preset: str, view: View) -> None:
    clip = VirtualClip(draw_subject(preset, 1), view)
    frame = clip.frame(0)

    assert frame.shape == (clip.height, clip.width)
    assert frame.dtype == np.uint8
    assert frame.flags.c_contiguous
    assert clip.fps == 30
    with pytest.raises(IndexError, match=str(clip.count)):
        clip.frame(clip.count)


@pytest.mark.parametrize("view", VIEWS)
def test_the_window_of_the_network_shows_the_whole_depth(view: View) -> None:
    clip = VirtualClip(draw_subject("single", 4), view)
    window = crop(clip.frame(0), CropSpec())

    assert 1.0 <= 360 * clip.spacing_mm[0] / clip.grid.depth_mm <= 1.081
    assert window[:40].max() > 0
    assert not window[:20, :20].any()


def off_target(seed: int, fat_pct: float, view: View) -> float:
    """Gray of the mid-field liver over what the operator aims at."""
    clip = VirtualClip(twin(seed, fat_pct), view)
    shown = clip.lines(Pose(), np.random.default_rng(0))
    below_mm = clip.grid.z - inner(clip.anatomy.capsule_mm)
    liver = (inner(clip.anatomy.sections[0].liver) > 0.9) & (clip.probe.shadow_db < 1)
    middle = liver & (below_mm > 8) & (below_mm < 45)
    return float(np.median(shown[middle])) - clip.subject.settings.target_gray


@pytest.mark.parametrize("view", VIEWS)
def test_the_middle_of_a_lean_liver_has_the_gray_that_the_operator_aims_at(view: View) -> None:
    found = [off_target(seed, 3.0, view) for seed in range(6)]
    # Within the scatter of the aim itself from subject to subject.
    assert abs(np.mean(found)) < PRESETS["single"].sd_gray
    assert max(np.abs(found)) < 2 * PRESETS["single"].sd_gray


def test_a_fatty_liver_looks_bright_as_the_gain_makes_up_for_what_it_darkens() -> None:
    brighter = [off_target(seed, 30.0, "HR") - off_target(seed, 3.0, "HR") for seed in range(6)]
    assert 4 < np.mean(brighter) < 18


def test_scanners_differ_in_size_and_in_what_they_write() -> None:
    clips = [VirtualClip(draw_subject("realistic", 2, index), "AR") for index in range(12)]
    frames = [clip.frame(0) for clip in clips]
    written = [frame[: frame.shape[0] // 12].max() > 0 for frame in frames]

    assert len({frame.shape for frame in frames}) > 2
    assert any(written)
    assert not all(written)


@pytest.mark.parametrize("view", VIEWS)
def test_nothing_is_computed_in_double_precision(view: View) -> None:
    clip = VirtualClip(draw_subject("realistic", 6), view)
    tissue = clip.anatomy.sections[0]
    fields = [tissue.power, tissue.attenuation, tissue.mirror, tissue.liver]
    fields += [*tissue.names.values(), clip.anatomy.capsule_mm, clip.probe.shadow_db]
    fields += [clip.grid.x, clip.grid.y, clip.grid.z]
    fields += [clip.probe.level_db(Pose(), np.random.default_rng(0))]
    assert {field.dtype for field in fields} == {np.dtype(np.float32)}
