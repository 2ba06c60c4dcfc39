import itertools
import math
import threading
from collections.abc import Iterator
from pathlib import Path

import cv2
import msgspec
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import edge.pipeline
from edge import gate
from edge.contract.bundle import read_bundle, write_bundle
from edge.contract.crop import CropSpec
from edge.contract.messages import Estimate, FrameHeader
from edge.contract.pixels import PixelError
from edge.contract.variant import Variant
from edge.exams import MAX_OPEN_EXAMS
from edge.fan.placing import Placing
from edge.inbox import Arrival, Inbox, Taken
from edge.pipeline import Pipeline
from edge.reading.rules import DEFAULT_RULE, RULES
from edge.runner import Runner
from tests.bundles import TRUST, Line, make_bundle
from tests.unit.fan.screens import CONVEX, SIZE, draw

STEP_NS = 1_000_000

HR_ALONE = Variant(models={"HR": "HR.onnx"})


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Runner:
    path: Path = tmp_path_factory.mktemp("models") / "bundle"
    make_bundle(path, ar=Line(0.1), hr=Line(0.2))
    return Runner(read_bundle(path, TRUST), "cpu")


def unlike_any_other(gray: int, number: int) -> bytes:
    """400 x 400 px of one gray but for two that leave its mean: live tissue never repeats."""
    image = np.full((400, 400), gray, np.uint8)
    image[200, 100 + number % 100] += 1
    image[300, 100 + number % 100] -= 1
    return image.tobytes()


class World:
    """One scanner's pipeline with a clock that ticks a millisecond at each look.

    `prepares`: whether each frame is prepared before its turn.
    """

    def __init__(self, runner: Runner, *, prepares: bool = False) -> None:
        self.prepares = prepares
        self.now = itertools.count(0, STEP_NS)
        self.pipeline = Pipeline("room1", runner, lambda: next(self.now))
        self.inbox = Inbox(threading.Condition())
        self.seq = itertools.count()

    def frame(
        self, gray: int, pixels: bytes | None = None, **changes: object
    ) -> Iterator[Estimate]:
        """Read a frame of this mean gray, like no other, or one of these pixels."""
        fields: dict[str, object] = {
            "v": 1,
            "epoch": 1,
            "seq": next(self.seq),
            "capture_ns": 5,
            "exam": "e1",
            "view": "AR",
            "width": 400,
            "height": 400,
            "format": "gray8",
            "spacing_mm": None,
        }
        header = FrameHeader(**(fields | changes))  # type: ignore[arg-type]
        data = unlike_any_other(gray, header.seq) if pixels is None else pixels
        self.inbox.put_frame(Arrival(header, data, next(self.now)))
        waiting = self.inbox.next_frame()
        if self.prepares and waiting is not None:
            self.pipeline.prepare(waiting)
        taken = self.inbox.take()
        assert isinstance(taken, Taken)
        return self.pipeline.read(taken)


def adds_up(estimate: Estimate) -> bool:
    counts = estimate.ledger
    parts = counts.read + counts.gated + counts.overwritten + counts.invalid + counts.missing
    return counts.sent == parts


def test_a_frame_gives_its_estimate_and_the_running_median(runner: Runner) -> None:
    world = World(runner)

    estimates = [*world.frame(40), *world.frame(70), *world.frame(50)]

    assert [estimate.fat_pct for estimate in estimates] == [4.0, 7.0, 5.0]
    assert [estimate.median_pct for estimate in estimates] == [4.0, 5.5, 5.0]
    assert [estimate.grade for estimate in estimates] == ["S1", "S1", "S1"]
    assert [estimate.frames for estimate in estimates] == [1, 2, 3]
    assert all(adds_up(estimate) for estimate in estimates)


def test_once_both_views_have_frames_each_further_frame_gives_a_pair(runner: Runner) -> None:
    world = World(runner)
    for gray in (32, 40, 200):
        list(world.frame(gray))

    own, pair = world.frame(50, view="HR")

    assert (own.view, own.fat_pct) == ("HR", 10.0)
    # The AR frame nearest the AR median of 4 % stands beside the HR frame of 10 %.
    assert (pair.view, pair.fat_pct, pair.frames) == ("AR+HR", 7.0, 1)
    assert pair.ledger == own.ledger


def test_the_frames_own_estimate_is_given_before_the_pair_is_computed(runner: Runner) -> None:
    world = World(runner)
    list(world.frame(40, view="HR"))

    first = next(world.frame(40))

    assert first.view == "AR"
    assert world.pipeline.end("e1").views.keys() == {"HR", "AR"}  # type: ignore[union-attr]


def test_a_frame_of_unknown_view_is_gated_with_a_reason(runner: Runner) -> None:
    (estimate,) = World(runner).frame(30, view=None)

    assert (estimate.view, estimate.fat_pct, estimate.reason) == (None, None, "view_unknown")
    assert estimate.ledger.gated == 1
    assert adds_up(estimate)


def test_an_estimate_that_is_no_percentage_is_not_counted(runner: Runner, tmp_path: Path) -> None:
    make_bundle(tmp_path / "high", ar=Line(1.0))
    world = World(Runner(read_bundle(tmp_path / "high", TRUST), "cpu"))
    list(world.frame(50))

    (estimate,) = world.frame(200)

    assert (estimate.fat_pct, estimate.reason) == (None, "output_out_of_range")
    assert (estimate.median_pct, estimate.frames) == (50.0, 1)
    assert (estimate.ledger.read, estimate.ledger.gated) == (1, 1)


def test_a_little_below_zero_counts_as_zero(tmp_path: Path) -> None:
    make_bundle(tmp_path / "low", ar=Line(0.1, offset_pct=-5.0))

    (estimate,) = World(Runner(read_bundle(tmp_path / "low", TRUST), "cpu")).frame(30)

    assert estimate.fat_pct == 0.0


def test_pixels_that_cannot_be_decoded_make_the_frame_invalid(runner: Runner) -> None:
    world = World(runner)

    with pytest.raises(PixelError):
        list(world.frame(30, b"no picture", format="jpeg"))

    (after,) = world.frame(30)
    assert (after.ledger.invalid, after.ledger.read) == (1, 1)
    assert adds_up(after)


def jpeg(gray: int) -> bytes:
    image = np.frombuffer(unlike_any_other(gray, 1), np.uint8).reshape(400, 400)
    return bytes(cv2.imencode(".jpg", image)[1])


def said_of_mixed_frames(world: World, by_fan: Runner) -> list[Estimate]:
    """Estimates of frames good and bad, of changing size, format, scale, view, exam and model."""
    half = np.full((200, 200), 90, np.uint8).tobytes()
    said = [*world.frame(40), *world.frame(40, unlike_any_other(40, 0)), *world.frame(1)]
    said += [*world.frame(254), *world.frame(60, view="HR"), *world.frame(50)]
    for _ in range(6):
        said += world.frame(0, half, width=200, height=200)
    said += [*world.frame(0, jpeg(70), format="jpeg"), *world.frame(80, exam="e2")]
    for spacing_mm in (None, (0.3, 0.3), (0.2, 0.3), None):
        for pixels in fan_frames(3):
            said += world.frame(0, pixels, spacing_mm=spacing_mm, **SCREEN)
        world.pipeline.runner = by_fan
    return [msgspec.structs.replace(estimate, stage_ms={}) for estimate in said]


def test_frames_prepared_before_their_turn_give_the_same_estimates(
    runner: Runner, by_fan: Runner
) -> None:
    plain, ahead = World(runner), World(runner, prepares=True)

    assert said_of_mixed_frames(ahead, by_fan) == said_of_mixed_frames(plain, by_fan)


def test_a_frame_prepared_before_its_turn_is_decoded_once(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(runner, prepares=True)
    list(world.frame(40))
    monkeypatch.setattr(edge.pipeline, "decode", pytest.fail)

    (estimate,) = world.frame(50)

    assert estimate.fat_pct == 5.0


def test_pixels_that_cannot_be_decoded_before_their_turn_are_counted_in_it(runner: Runner) -> None:
    world = World(runner, prepares=True)
    list(world.frame(30))

    with pytest.raises(PixelError):
        list(world.frame(30, b"no picture", format="jpeg"))

    (after,) = world.frame(30)
    assert (after.ledger.invalid, after.ledger.read) == (1, 2)


def test_exams_do_not_mix(runner: Runner) -> None:
    world = World(runner)
    list(world.frame(30, exam="e1"))

    (other,) = world.frame(90, exam="e2")

    assert (other.median_pct, other.frames) == (9.0, 1)


def test_the_end_of_an_exam_gives_its_reading_and_forgets_it(runner: Runner) -> None:
    world = World(runner)
    list(world.frame(30))
    list(world.frame(40, view="HR"))

    reading = world.pipeline.end("e1")

    assert reading is not None
    assert set(reading.views) == {"AR", "HR", "AR+HR"}
    assert reading.views["HR"].median_pct == 8.0
    assert reading.ledger.read == 2
    assert world.pipeline.end("e1") is None


def test_an_idle_exam_is_ended(runner: Runner) -> None:
    world = World(runner)
    list(world.frame(30, exam="old"))
    between_ns = next(world.now)
    list(world.frame(30, exam="new"))

    assert [reading.exam for reading in world.pipeline.end_idle(between_ns)] == ["old"]


def test_a_flood_of_exams_ends_the_oldest(runner: Runner) -> None:
    world = World(runner)
    for number in range(MAX_OPEN_EXAMS + 3):
        list(world.frame(30, exam=f"e{number}"))

    ended = [reading.exam for reading in world.pipeline.end_surplus()]

    assert ended == ["e0", "e1", "e2"]


def test_the_stages_are_parts_of_the_age(runner: Runner) -> None:
    (estimate,) = World(runner).frame(30)

    assert set(estimate.stage_ms) == {"receive", "gate", "crop", "infer", "journal"}
    assert all(ms >= 0 for ms in estimate.stage_ms.values())
    assert estimate.stage_ms["infer"] == 1.0


def test_a_model_that_nobody_trusted_signed_says_so_in_every_message(tmp_path: Path) -> None:
    world = World(Runner(read_bundle(make_bundle(tmp_path / "bundle")), "cpu"))

    (estimate,) = world.frame(10)
    reading = world.pipeline.end("e1")

    assert estimate.flags == ["unsigned_model"]
    assert estimate.model.flags == ["unsigned_model"]
    assert reading is not None
    assert reading.model.flags == ["unsigned_model"]


def test_a_bundle_of_one_view_reads_that_view_alone(tmp_path: Path) -> None:
    whole = read_bundle(make_bundle(tmp_path / "whole"))
    manifest = msgspec.structs.replace(whole.manifest, variants={"fp32": HR_ALONE})
    world = World(Runner(write_bundle(tmp_path / "alone", manifest, whole.files), "cpu"))

    (ar,) = world.frame(40, view="AR")
    (first,) = world.frame(40, view="HR")
    (second,) = world.frame(50, view="HR")

    assert (ar.fat_pct, ar.reason) == (None, "view_without_model")
    assert (first.fat_pct, second.fat_pct) == (4.0, 5.0)
    assert (second.view, second.frames, second.ledger.gated) == ("HR", 2, 1)


@pytest.fixture(scope="module")
def by_fan(tmp_path_factory: pytest.TempPathFactory) -> Runner:
    path: Path = tmp_path_factory.mktemp("models") / "by_fan"
    make_bundle(path, crop=CropSpec(mm_per_px=0.45, placement="fan"))
    return Runner(read_bundle(path, TRUST), "cpu")


def fan_frames(count: int) -> list[bytes]:
    rng = np.random.default_rng(0)
    return [draw(CONVEX, rng).tobytes() for _ in range(count)]


SCREEN = {"height": SIZE[0], "width": SIZE[1]}
MILLIMETRES = st.floats(0, 100, exclude_min=True)


@settings(max_examples=60, deadline=None)
@example(height=400, width=400, spacing_mm=(100.0, 100.0), told=True)
@example(height=16, width=600, spacing_mm=(5e-324, 5e-324), told=True)
@example(height=600, width=16, spacing_mm=(5e-324, 100.0), told=False)
@given(
    height=st.integers(16, 600),
    width=st.integers(16, 600),
    spacing_mm=st.none() | st.tuples(MILLIMETRES, MILLIMETRES),
    told=st.booleans(),
)
def test_no_size_or_scale_that_the_protocol_allows_ends_the_pipeline(
    by_fan: Runner, height: int, width: int, spacing_mm: tuple[float, float] | None, told: bool
) -> None:
    world = World(by_fan, prepares=told)
    pixels = np.random.default_rng(height).integers(0, 90, (height, width), np.uint8)

    for number in range(2):
        shown = (pixels + number).astype(np.uint8).tobytes()
        said = list(world.frame(0, shown, height=height, width=width, spacing_mm=spacing_mm))

        assert len(said) == 1
        overlay = world.pipeline.overlay()
        assert overlay is not None
        assert all(map(math.isfinite, overlay.window_px))


def test_a_model_of_a_scale_reads_frames_that_tell_none_by_their_fan(by_fan: Runner) -> None:
    world = World(by_fan)
    for pixels in fan_frames(2):
        (estimate,) = world.frame(0, pixels, **SCREEN)

    assert estimate.flags == ["scale_from_fan"]
    (told,) = world.frame(0, fan_frames(1)[0], spacing_mm=(0.3, 0.3), **SCREEN)
    assert told.flags == []


@pytest.mark.parametrize("reason", [None, "view_unknown"])
def test_the_fan_is_looked_at_once_the_estimate_is_out(
    by_fan: Runner, monkeypatch: pytest.MonkeyPatch, reason: str | None
) -> None:
    looks: list[str] = []
    world = World(by_fan)
    list(world.frame(0, fan_frames(1)[0], **SCREEN))
    monkeypatch.setattr(Placing, "look", lambda _: looks.append("look"))

    view = None if reason else "AR"
    given = world.frame(0, fan_frames(2)[1], view=view, **SCREEN)

    estimate = next(given)
    assert estimate.reason == reason
    assert looks == []
    assert list(given) == []
    assert looks == ["look"]


def test_a_frame_without_a_fan_says_so(by_fan: Runner) -> None:
    (estimate,) = World(by_fan).frame(70)

    assert estimate.flags == ["unknown_scale", "near_domain", "no_fan"]
    assert estimate.fat_pct is not None


def test_each_exam_has_a_fan_of_its_own(by_fan: Runner) -> None:
    world = World(by_fan)
    frames = fan_frames(5)
    for pixels in frames:
        list(world.frame(0, pixels, exam="e1", **SCREEN))
    black = bytes(len(frames[0]))

    (other,) = world.frame(0, black, exam="e2", **SCREEN)
    # The first exam's next look at its fan is three frames ahead.
    (same,) = world.frame(0, black, exam="e1", **SCREEN)

    assert "no_fan" in other.flags
    assert same.flags == ["scale_from_fan"]


def test_the_same_frames_give_the_same_readings(by_fan: Runner) -> None:
    frames = fan_frames(9)
    readings = []
    for _ in range(2):
        world = World(by_fan)
        readings.append([e.fat_pct for pixels in frames for e in world.frame(0, pixels, **SCREEN)])

    assert readings[0] == readings[1]


def test_a_lasting_change_of_depth_starts_the_view_afresh_and_says_so(runner: Runner) -> None:
    world = World(runner)
    for gray in (40, 50, 60):
        list(world.frame(gray, spacing_mm=(0.3, 0.3)))

    changed = [next(world.frame(90, spacing_mm=(0.4, 0.4))) for _ in range(6)]

    assert [estimate.reason for estimate in changed] == ["setup_changed"] * 4 + [None] * 2
    assert [estimate.frames for estimate in changed] == [3] * 4 + [1, 2]
    assert [estimate.flags for estimate in changed] == [[]] * 4 + [["restarted"]] * 2
    assert (changed[-1].median_pct, changed[-1].restarts) == (9.0, 1)


@pytest.mark.goal("C7", "another model starts every view afresh and says so")
def test_another_model_starts_every_view_afresh_at_once(runner: Runner, tmp_path: Path) -> None:
    world = World(runner)
    list(world.frame(40))
    make_bundle(tmp_path / "other", ar=Line(0.2), name="other")
    world.pipeline.runner = Runner(read_bundle(tmp_path / "other", TRUST), "cpu")

    (estimate,) = world.frame(40)

    assert (estimate.median_pct, estimate.frames, estimate.model.name) == (8.0, 1, "other")
    assert estimate.flags == ["restarted"]


def test_another_model_never_reads_together_with_frames_of_the_one_before(
    runner: Runner, tmp_path: Path
) -> None:
    world = World(runner)
    list(world.frame(40, view="HR"))
    make_bundle(tmp_path / "other", ar=Line(0.2), name="other", features=9)
    world.pipeline.runner = Runner(read_bundle(tmp_path / "other", TRUST), "cpu")

    estimates = list(world.frame(40, view="AR"))
    reading = world.pipeline.end("e1")

    assert [estimate.view for estimate in estimates] == ["AR"], "no pair with the old HR frame"
    assert reading is not None
    assert (reading.views["HR"].frames, reading.views["HR"].restarts) == (0, 1)


def test_the_same_network_on_another_provider_goes_on_with_the_reading(runner: Runner) -> None:
    world = World(runner)
    list(world.frame(40))
    info = runner.info
    try:
        runner.info = msgspec.structs.replace(info, provider="cuda", flags=["degraded"])
        (estimate,) = world.frame(40)
    finally:
        runner.info = info

    assert (estimate.frames, estimate.restarts, estimate.flags) == (2, 0, ["degraded"])


@pytest.mark.goal("C8", "an exam of which nothing could be read ends with the reasons")
def test_an_exam_of_which_nothing_could_be_read_ends_with_the_reasons(runner: Runner) -> None:
    world = World(runner)
    for _ in range(3):
        list(world.frame(1))

    reading = world.pipeline.end("e1")

    assert reading is not None
    assert (reading.views["AR"].median_pct, reading.views["AR"].frames) == (None, 0)
    assert reading.views["AR"].reasons == {"black": 3}
    assert reading.acquisitions == {}


def test_the_overlay_says_where_the_newest_frame_was_looked_at(by_fan: Runner) -> None:
    world = World(by_fan)
    none_yet = world.pipeline.overlay()
    for pixels in fan_frames(2):
        list(world.frame(0, pixels, **SCREEN))
    by_its_fan = world.pipeline.overlay()
    list(world.frame(0, fan_frames(1)[0], spacing_mm=(0.3, 0.3), **SCREEN))
    by_its_header = world.pipeline.overlay()

    assert none_yet is None
    assert by_its_fan is not None
    assert by_its_header is not None
    assert (by_its_fan.scale, by_its_header.scale) == ("fan", "header")
    assert len(by_its_fan.fan_px) > 10
    corners = np.array(by_its_fan.fan_px)
    left, _, right, _ = by_its_header.window_px
    assert right - left == pytest.approx(360 * 0.45 / 0.3)
    assert (left + right) / 2 == pytest.approx(
        (corners[:, 0].min() + corners[:, 0].max()) / 2, abs=9
    )


@pytest.mark.goal("C1", control="no gate behind the network: an impossible value is counted")
def test_control_without_the_gate_an_impossible_output_reaches_the_median(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "after_inference", lambda _: None)
    monkeypatch.setattr(runner, "infer", lambda *_: (250.0, np.zeros((1, 4), np.float32)))
    world = World(runner)

    (estimate,) = world.frame(80)

    assert (estimate.reason, estimate.frames, estimate.median_pct) == (None, 1, 100.0)


@pytest.mark.goal("C4", control="exams told apart by their id alone: two scanners' frames mix")
def test_control_exams_shared_by_two_scanners_would_mix(runner: Runner) -> None:
    here, there = World(runner), World(runner)
    there.pipeline._exams = here.pipeline._exams

    (first,) = here.frame(40)
    (second,) = there.frame(120)

    assert (first.frames, second.frames, second.median_pct) == (1, 2, 8.0)


@pytest.mark.goal("C8", control="a rule content with one hold calls it repeatable")
def test_control_a_rule_content_with_one_hold_says_repeatable_at_once(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three seconds of one place are too little; the control's rule does not know that."""

    def verdict_of_one_hold() -> str:
        world = World(runner)
        for number in range(30):
            (estimate,) = world.frame(40, capture_ns=number * 100_000_000)
        return estimate.verdict

    honest = verdict_of_one_hold()
    lax = RULES[DEFAULT_RULE]._replace(holds=1)
    monkeypatch.setitem(RULES, DEFAULT_RULE, lax)

    assert (honest, verdict_of_one_hold()) == ("insufficient", "repeatable")
