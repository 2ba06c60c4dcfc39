from typing import get_args

import pytest

from edge import gate
from edge.contract.crop import CropSpec
from edge.contract.messages import FrameHeader
from edge.gate import Flag, Gate, Picture, Reason
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


def test_every_reason_and_flag_is_explained_in_the_one_table() -> None:
    assert set(gate.REASONS) == set(get_args(Reason))
    assert set(gate.FLAGS) == set(get_args(Flag))
    assert all(text.endswith(".") for text in (*gate.REASONS.values(), *gate.FLAGS.values()))


def test_a_good_picture_passes() -> None:
    assert Gate().check(header(), Picture(drawn(0), drawn(0)), "same").reason is None


def test_a_frame_of_unknown_view_is_not_read() -> None:
    checked = Gate().check(header(view=None), Picture(drawn(0), drawn(0)), "same")

    assert checked.reason == "view_unknown"


def test_a_frame_of_an_odd_setup_is_not_read() -> None:
    checked = Gate().check(header(), Picture(drawn(0), drawn(0)), "odd")

    assert checked.reason == "setup_changed"


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
    assert gate.flags(header(), CropSpec(mm_per_px=0.4)) == ["unknown_scale"]
    assert gate.flags(header(spacing_mm=(0.3, 0.3)), CropSpec(mm_per_px=0.4)) == []
    assert gate.flags(header(), CropSpec()) == []


def test_a_reading_that_began_anew_says_so() -> None:
    assert gate.flags(header(), CropSpec(), restarted=True) == ["restarted"]
