"""What the daemon makes of frames: medians, grades, pairs, readings; seen with a bare viewer."""

import cv2
import numpy as np
import pytest

from tests.system.bare_scanner import SIDE_PX
from tests.system.conftest import Place, Ward


def grade(median_pct: float) -> str:
    limits = ((3.12, "S0"), (8.77, "S1"), (13.69, "S2"))
    return next((name for limit, name in limits if median_pct <= limit), "S3")


@pytest.mark.goal("C5", "median, quartiles and grade equal numpy's on what was published")
def test_medians_and_grades_equal_numpys_on_what_was_published(place: Place) -> None:
    random = np.random.default_rng(7)
    for seq in range(80):
        view = str(random.choice(["AR", "HR"]))
        exam = str(random.choice(["exam-1", "exam-2"]))
        pixels = random.integers(40, random.integers(42, 200), SIDE_PX**2, np.uint8).tobytes()
        place.scanner.frame(pixels=pixels, view=view, exam=exam)
        place.viewer.estimate(seq, view)
    place.until_status(lambda fields: fields["ledger"]["read"] == 80)

    for exam in ("exam-1", "exam-2"):
        for view in ("AR", "HR", "AR+HR"):
            estimates = place.viewer.estimates(exam, view)
            values = [fields["fat_pct"] for fields in estimates]
            assert len(set(values)) > 10
            for count, fields in enumerate(estimates, start=1):
                so_far = values[:count]
                lower, upper = np.percentile(so_far, (25, 75))
                assert fields["frames"] == count
                assert fields["median_pct"] == np.median(so_far)
                assert fields["iqr_pct"] == upper - lower
                assert fields["grade"] == grade(fields["median_pct"])


def test_both_views_are_read_together_once_both_have_frames(place: Place) -> None:
    for view in ("AR", "AR", "HR", "AR"):
        place.scanner.frame(gray=40, view=view)
        place.viewer.estimate(place.scanner.seq - 1, view)
    place.viewer.estimate(3, "AR+HR")

    pairs = place.viewer.estimates("exam-1", "AR+HR")

    assert [fields["seq"] for fields in pairs] == [2, 3]
    # AR says 4 %, HR 20 %, and the tiny model of both their mean.
    assert [fields["fat_pct"] for fields in pairs] == [12.0, 12.0]


@pytest.mark.goal("C1", "output out of range: flagged, in no median, the viewer is told")
def test_an_impossible_output_is_not_counted_and_says_why(place: Place) -> None:
    place.scanner.frame(gray=100, view="HR")
    place.scanner.frame(gray=230, view="HR")

    fields = place.viewer.estimate(seq=1, view="HR").fields

    assert (fields["fat_pct"], fields["reason"]) == (None, "output_out_of_range")
    assert (fields["median_pct"], fields["frames"]) == (50.0, 1)
    assert (fields["ledger"]["gated"], fields["ledger"]["read"]) == (1, 1)


def test_the_end_of_an_exam_gives_its_final_reading(place: Place) -> None:
    for view in ("AR", "HR", "AR"):
        place.scanner.frame(gray=30 + place.scanner.seq, view=view)
    place.scanner.event("exam_end")

    fields = place.viewer.until(lambda message: message.kind == "reading").fields

    assert (fields["exam"], fields["scanner"]) == ("exam-1", place.name)
    assert set(fields["views"]) == {"AR", "HR", "AR+HR"}
    for view, summary in fields["views"].items():
        last = place.viewer.estimates("exam-1", view)[-1]
        assert summary == {key: last[key] for key in summary}


def test_an_exam_that_goes_on_after_its_end_begins_anew(place: Place) -> None:
    place.scanner.frame(gray=80)
    place.scanner.event("exam_end")
    place.scanner.frame(gray=40)

    fields = place.viewer.estimate(seq=1).fields

    assert (fields["median_pct"], fields["frames"]) == (4.0, 1)


@pytest.mark.goal("C4", "one exam id on two scanners: two readings")
def test_two_scanners_with_the_same_exam_id_do_not_mix(place: Place, ward: Ward) -> None:
    other = ward.place()
    for _ in range(4):
        place.scanner.frame(gray=40)
        other.scanner.frame(gray=120)

    here, there = place.viewer.estimate(seq=3).fields, other.viewer.estimate(seq=3).fields
    other.viewer.close()

    assert (here["exam"], here["frames"], here["median_pct"]) == ("exam-1", 4, 4.0)
    assert (there["exam"], there["frames"], there["median_pct"]) == ("exam-1", 4, 12.0)
    assert {message.fields["scanner"] for message in place.viewer.messages} == {place.name}


@pytest.mark.parametrize("image_format", ["rgb8", "bgr8", "rgba8", "jpeg", "png"])
def test_every_format_of_a_gray_picture_is_read_alike(place: Place, image_format: str) -> None:
    channels = {"rgb8": 3, "bgr8": 3, "rgba8": 4}.get(image_format, 1)
    pixels = bytes([80]) * SIDE_PX**2 * channels
    if channels == 1:
        suffix = {"jpeg": ".jpg", "png": ".png"}[image_format]
        image = np.full((SIDE_PX, SIDE_PX), 80, np.uint8)
        pixels = cv2.imencode(suffix, image)[1].tobytes()
    place.scanner.frame(pixels=pixels, format=image_format)

    assert place.viewer.estimate(seq=0).fields["fat_pct"] == 8.0


def test_a_freeze_is_flagged_and_ends_a_hold(place: Place) -> None:
    for frozen in (False, True, False):
        if frozen or place.scanner.seq:
            place.scanner.event("freeze" if frozen else "unfreeze")
        for _ in range(12):
            place.scanner.frame(gray=80, capture_ns=place.scanner.seq * 120_000_000)
            place.viewer.estimate(place.scanner.seq - 1)

    estimates = place.viewer.estimates("exam-1", "AR")

    assert [fields["reason"] for fields in estimates] == [None] * 12 + ["frozen"] * 12 + [None] * 12
    assert (estimates[-1]["holds"], estimates[-1]["hold_median_pct"]) == (2, 8.0)
    assert (estimates[-1]["verdict"], estimates[-1]["rule"]) == ("insufficient", "n5-iqr30")
    assert estimates[-1]["reasons"] == {"frozen": 12}
