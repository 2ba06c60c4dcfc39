from typing import get_args

import numpy as np
import pytest

from edge import gate
from edge.contract.crop import CropSpec
from edge.contract.grading import VIEWS
from edge.contract.messages import FrameHeader
from edge.fan.placing import Placed, ScaleSource


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
    return Placed(np.zeros((360, 360), np.uint8), scale, None)


def test_a_frame_of_unknown_view_is_not_read() -> None:
    assert gate.before_inference(header(view=None), VIEWS) == "view_unknown"
    assert gate.before_inference(header(view="HR"), VIEWS) is None


def test_a_frame_of_a_view_without_a_network_is_not_read() -> None:
    assert gate.before_inference(header(view="HR"), ("AR",)) == "view_without_model"
    assert gate.before_inference(header(view="AR"), ("AR",)) is None


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
    assert gate.flags(spec, placed("unknown")) == ["unknown_scale"]
    assert gate.flags(spec, placed("fan")) == ["scale_from_fan"]
    assert gate.flags(spec, placed("header")) == []
    assert gate.flags(CropSpec(), placed("unknown")) == []


def test_a_model_that_wants_its_window_in_the_fan_flags_frames_without_one() -> None:
    assert gate.flags(CropSpec(placement="fan"), placed("unknown")) == ["no_fan"]


def test_every_flag_is_explained() -> None:
    assert set(gate.FLAGS) == set(get_args(gate.Flag))
    assert all(text.endswith(".") for text in gate.FLAGS.values())


def test_every_reason_is_explained() -> None:
    assert all(text.endswith(".") for text in gate.REASONS.values())
