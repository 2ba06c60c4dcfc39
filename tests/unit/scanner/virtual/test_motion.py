"""Fidelity 8: frames change as fast as a slowly moving hand and a breathing liver make them."""

import cv2
import numpy as np
import pytest

from edge.contract.grading import VIEWS, View
from edge.scanner.virtual import VirtualClip
from edge.scanner.virtual.grid import Field
from edge.scanner.virtual.motion import FRAMES, Pose, draw_count, draw_motion
from edge.scanner.virtual.scan_conversion import Gray
from tests.unit.scanner.virtual.twins import twin


def long_clips(view: View, count: int) -> list[VirtualClip]:
    clips = (VirtualClip(twin(seed, 5.0), view) for seed in range(40))
    long = (clip for clip in clips if clip.count > 70)
    return [next(long) for _ in range(count)]


def grain(frame: Gray) -> Field:
    """Fine structure of the middle of a frame."""
    image = frame.astype(np.float32)
    return (image - cv2.GaussianBlur(image, (0, 0), 4))[170:300, 240:400].ravel()


def likeness(first: Gray, second: Gray) -> float:
    return float(np.corrcoef(grain(first), grain(second))[0, 1])


@pytest.mark.parametrize("view", VIEWS)
def test_neighbours_are_alike_and_frames_a_second_apart_are_not(view: View) -> None:
    clips = long_clips(view, 5)
    for lag, low, high in ((1, 0.85, 0.99), (30, -0.1, 0.4)):
        pairs = [(clip.frame(at), clip.frame(at + lag)) for clip in clips for at in (5, 30)]
        assert low < np.mean([likeness(*pair) for pair in pairs]) < high


def test_a_hand_that_jumps_would_be_noticed() -> None:
    probe = long_clips("AR", 1)[0].probe
    levels = [probe.level_db(Pose(section=at), np.random.default_rng(0)) for at in (0.0, 1.5)]
    grains = [np.clip(level - level.min(), 0, 255).astype(np.uint8) for level in levels]
    assert likeness(grains[0], grains[1]) < 0.85


def test_without_motion_and_noise_every_frame_is_the_same() -> None:
    probe = long_clips("HR", 1)[0].probe
    one, other = (probe.level_db(Pose(), np.random.default_rng(3)) for _ in range(2))
    assert np.allclose(one, other, atol=1e-3)
    noisy = probe.level_db(Pose(), np.random.default_rng(4))
    assert not np.allclose(one, noisy, atol=1e-3)


def test_clips_are_as_long_as_the_papers() -> None:
    rng = np.random.default_rng(5)
    counts = [draw_count(rng) for _ in range(2000)]
    assert (min(counts), max(counts)) == FRAMES
    assert np.mean(counts) == pytest.approx(114, abs=4)


def test_some_clips_have_holds_and_some_start_in_poor_contact() -> None:
    motions = [draw_motion(120, np.random.default_rng(seed)) for seed in range(200)]
    holds = [int(motion.hold[-1]) + 1 for motion in motions]
    poor = [motion.contact[0] < 0.5 for motion in motions]

    assert set(holds) == {1, 2, 3}
    assert 0.04 < np.mean(poor) < 0.25
    assert all(motion.contact[-1] == 1 for motion in motions)
    assert all((np.diff(motion.hold) >= 0).all() for motion in motions)


def test_poor_contact_darkens_the_image() -> None:
    probe = long_clips("AR", 1)[0].probe
    good, poor = (
        probe.level_db(Pose(contact=contact), np.random.default_rng(0)) for contact in (1.0, 0.0)
    )
    assert np.median(good - poor) > 8
