from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pytest

import edge.fan.estimate as estimate_module
from edge.fan.detect import Fan
from edge.fan.estimate import LOOKS, FanEstimate
from edge.fan.evidence import Evidence
from edge.fan.sector import Sector
from edge.fan.trapezoid import Trapezoid
from edge.fan.watch import EVERY, IN_A_ROW
from tests.unit.fan.screens import CONVEX, SIZE, Gray, draw, furthest_apart, ornament, shadowed

SETTLED = LOOKS[-1]
SHALLOWER = replace(CONVEX, apex_y=-100.0, inner_px=150.0, outer_px=500.0)
DEEPER = replace(CONVEX, apex_y=-25.0, inner_px=75.0, outer_px=425.0)


def frames(shape: Sector | Trapezoid, count: int, seed: int = 0, gain: float = 1.0) -> list[Gray]:
    """Frames of moving speckle; the first eight are drawn, then they come again."""
    rng = np.random.default_rng(seed)
    few = [ornament(draw(shape, rng, gain=gain), beat) for beat in range(min(count, 8))]
    return [few[number % len(few)] for number in range(count)]


def after(stream: Iterable[Gray]) -> FanEstimate:
    estimate = FanEstimate()
    for frame in stream:
        estimate.see(frame)
    return estimate


def test_it_settles_on_the_fan_and_stays() -> None:
    estimate = FanEstimate()
    stream = frames(CONVEX, SETTLED + 4 * EVERY)
    fans = [estimate.see(frame) for frame in stream]

    assert estimate.settled
    assert fans[-1] is fans[SETTLED - 1]
    assert fans[-1] is not None
    assert furthest_apart(fans[-1].shape, CONVEX) < 1.5


def test_the_same_frames_give_the_same_outlines_to_the_last_bit() -> None:
    stream = frames(CONVEX, 20)
    one, other = FanEstimate(), FanEstimate()

    for frame in stream:
        first, second = one.see(frame), other.see(frame.copy())
        assert (first is None) == (second is None)
        if first is not None and second is not None:
            assert np.array_equal(first.shape.vector(), second.shape.vector())


def test_a_frame_is_placed_by_what_was_found_before_it_and_looked_at_afterwards(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks: list[int] = []
    real = estimate_module.find

    def counted(evidence: Evidence, known: Fan | None) -> Fan | None:
        looks.append(evidence.frames)
        return real(evidence, known)

    monkeypatch.setattr(estimate_module, "find", counted)
    estimate = FanEstimate()
    told: list[Fan | None] = []
    for frame in frames(CONVEX, SETTLED + 2):
        before = estimate.fan
        at_once = len(looks)
        fan = estimate.take(frame)
        # The very first has nothing before it; of the others none is looked at while it waits.
        assert len(looks) == at_once + (not told)
        assert fan is before or not told
        told.append(fan)
        estimate.look()

    assert looks == list(LOOKS)
    assert None not in told
    assert estimate.settled


def test_whoever_never_looks_gets_the_same_a_frame_later() -> None:
    patient, hasty = FanEstimate(), FanEstimate()
    for frame in frames(CONVEX, SETTLED + 20):
        placed = patient.take(frame)
        patient.look()
        other = hasty.take(frame.copy())
        assert placed is not None
        assert other is not None
        assert np.array_equal(placed.shape.vector(), other.shape.vector())


def test_one_dark_frame_decides_nothing() -> None:
    dark = np.zeros(SIZE, np.uint8)
    glimpse = shadowed(draw(CONVEX, np.random.default_rng(1)), CONVEX, -0.6, 0.3)

    assert FanEstimate().see(dark) is None
    fan = after([dark, glimpse, *frames(CONVEX, 14)]).fan

    assert fan is not None
    assert furthest_apart(fan.shape, CONVEX) < 1.5


def test_what_moving_shadows_hide_in_each_frame_is_seen_over_several() -> None:
    rng = np.random.default_rng(2)
    stream = []
    for number in range(16):
        start = -0.56 + 0.28 * (number % 4)
        stream.append(shadowed(draw(CONVEX, rng), CONVEX, start, start + 0.28))

    fan = after(stream).fan

    assert fan is not None
    assert furthest_apart(fan.shape, CONVEX) < 1.5


def test_a_gray_panel_beside_the_fan_stands_still_and_does_not_count() -> None:
    stream = [frame.copy() for frame in frames(CONVEX, 16)]
    for frame in stream:
        frame[:, :90] = 90
        frame[:25] = 90

    fan = after(stream).fan

    assert fan is not None
    assert furthest_apart(fan.shape, CONVEX) < 3


@pytest.mark.parametrize("changed", [SHALLOWER, DEEPER, replace(CONVEX, apex_x=270.0)])
def test_another_depth_or_place_is_noticed_and_found_anew(changed: Sector) -> None:
    estimate = after(frames(CONVEX, SETTLED))
    stream = frames(changed, EVERY * IN_A_ROW + LOOKS[3], seed=3)

    for frame in stream:
        estimate.see(frame)

    assert estimate.fan is not None
    assert furthest_apart(estimate.fan.shape, changed) < 2


def test_another_size_begins_anew_at_once() -> None:
    estimate = after(frames(CONVEX, SETTLED))

    estimate.see(np.zeros((300, 400), np.uint8))

    assert estimate.fan is None
    assert not estimate.settled


@pytest.mark.parametrize("gain", [0.0, 0.05])
def test_a_lifted_probe_does_not_make_it_forget(gain: float) -> None:
    estimate = after(frames(CONVEX, SETTLED))
    fan = estimate.fan

    for frame in frames(CONVEX, 60, seed=4, gain=gain):
        assert estimate.see(frame) is fan


def test_poor_contact_on_one_side_does_not_make_it_forget() -> None:
    estimate = after(frames(CONVEX, SETTLED))
    fan = estimate.fan
    rng = np.random.default_rng(5)
    poor = [shadowed(draw(CONVEX, rng), CONVEX, -0.6, -0.1) for _ in range(4)]

    assert all(estimate.see(frame) is fan for frame in poor * 10)


@pytest.mark.parametrize(
    "truth",
    [
        Trapezoid(180.0, 0.0, 470.0, 0.0, 40.0, 430.0),
        Trapezoid(220.0, -0.2, 430.0, 0.2, 40.0, 430.0),
    ],
)
def test_the_straight_edges_of_a_linear_picture_are_found_once_it_moves(truth: Trapezoid) -> None:
    stream = frames(truth, 8)

    assert FanEstimate().see(stream[0]) is None
    fan = after(stream).fan

    assert fan is not None
    assert isinstance(fan.shape, Trapezoid)
    assert furthest_apart(fan.shape, truth) < 2
    y = (40 + 430) / 2
    x = (truth.left_x + truth.right_x + (truth.left_slant + truth.right_slant) * y) / 2
    assert fan.middle == pytest.approx((x, y), abs=2)
