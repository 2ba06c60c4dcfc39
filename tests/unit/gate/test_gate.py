from typing import get_args

import msgspec
import numpy as np
import pytest

from edge import gate
from edge.contract.crop import CropSpec
from edge.contract.messages import FrameHeader, ScaleSource, Summary
from edge.fan.placing import Placed
from edge.gate import Flag, Gate, Reason
from tests.pictures import drawn


def header(**changes: object) -> FrameHeader:
    fields: dict[str, object] = {
        "v": 1,
        "epoch": 1,
        "seq": 0,
        "capture_ns": 0,
        "exam": "e",
        "view": "AR",
        "width": 640,
        "height": 480,
        "format": "gray8",
        "spacing_mm": None,
    }
    return FrameHeader(**(fields | changes))  # type: ignore[arg-type]


def placed(scale: ScaleSource) -> Placed:
    return Placed(drawn(0), np.zeros((360, 360), np.uint8), scale)


GOOD = Placed(drawn(0), drawn(0))


def test_every_reason_and_flag_is_explained_in_the_one_table() -> None:
    assert set(gate.REASONS) == set(get_args(Reason))
    assert set(gate.FLAGS) == set(get_args(Flag))
    assert all(text.endswith(".") for text in (*gate.REASONS.values(), *gate.FLAGS.values()))


def test_a_good_picture_passes() -> None:
    assert Gate().check(header(), GOOD, "same") is None


def test_a_frame_of_unknown_view_is_not_read() -> None:
    assert Gate().check(header(view=None), GOOD, "same") == "view_unknown"


def test_a_frame_of_a_view_without_a_network_is_not_read() -> None:
    assert Gate().check(header(view="HR"), GOOD, "same", ("AR",)) == "view_without_model"
    assert Gate().check(header(view="AR"), GOOD, "same", ("AR",)) is None


def test_a_frame_of_an_odd_setup_is_not_read() -> None:
    assert Gate().check(header(), GOOD, "odd") == "setup_changed"


@pytest.mark.parametrize(
    ("fat_pct", "reason"),
    [
        (float("nan"), "output_not_finite"),
        (float("inf"), "output_not_finite"),
        (-5.1, "output_out_of_range"),
        (100.1, "output_out_of_range"),
        (-0.3, None),
        (0.0, None),
        (100.0, None),
    ],
)
def test_what_is_no_fat_percentage_is_not_counted(fat_pct: float, reason: str | None) -> None:
    assert gate.after_inference(fat_pct) == reason


def test_a_model_with_a_scale_flags_frames_that_do_not_tell_theirs() -> None:
    spec = CropSpec(mm_per_px=0.4)
    assert gate.flags(spec, placed("unknown")) == ["unknown_scale", "near_domain"]
    assert gate.flags(spec, placed("fan")) == ["scale_from_fan"]
    assert gate.flags(spec, placed("header")) == []
    assert gate.flags(CropSpec(), placed("unknown")) == []


def test_a_model_that_wants_its_window_in_the_fan_flags_frames_without_one() -> None:
    assert gate.flags(CropSpec(placement="fan"), placed("unknown")) == ["no_fan"]


def test_a_reading_that_began_anew_says_so() -> None:
    summary = Summary(median_pct=None, iqr_pct=None, frames=0, grade=None)
    assert gate.flags_of(summary) == []
    assert gate.flags_of(msgspec.structs.replace(summary, restarts=1)) == ["restarted"]


def test_a_flag_that_makes_an_estimate_doubtful_is_told_from_one_that_does_not() -> None:
    assert gate.is_sure([])
    assert gate.is_sure(["scale_from_fan", "restarted"])
    assert not gate.is_sure(["scale_from_fan", "near_domain"])
