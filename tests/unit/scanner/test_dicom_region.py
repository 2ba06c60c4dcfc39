from typing import Any

import pytest

from edge.scanner.dicom.region import Region, bmode_region

pydicom = pytest.importorskip("pydicom", reason="needs the extra `dicom`")

FULL = Region(slice(0, 480), slice(0, 640), None)


def region(left: int, top: int, right: int, bottom: int, **tags: Any) -> Any:
    item = pydicom.Dataset()
    item.RegionSpatialFormat = item.RegionDataType = 1
    item.RegionLocationMinX0, item.RegionLocationMinY0 = left, top
    item.RegionLocationMaxX1, item.RegionLocationMaxY1 = right, bottom
    item.PhysicalUnitsXDirection = item.PhysicalUnitsYDirection = 3
    item.PhysicalDeltaX = item.PhysicalDeltaY = 0.03
    for tag, value in tags.items():
        setattr(item, tag, value)
    return item


def header(*regions: Any, **tags: Any) -> Any:
    dataset = pydicom.Dataset()
    dataset.Rows, dataset.Columns = 480, 640
    if regions:
        dataset.SequenceOfUltrasoundRegions = list(regions)
    for tag, value in tags.items():
        setattr(dataset, tag, value)
    return dataset


def test_corners_are_inclusive_and_centimetres_become_millimetres() -> None:
    found = bmode_region(header(region(10, 20, 109, 219)), "x")
    assert found[:2] == (slice(20, 220), slice(10, 110))
    assert found.spacing_mm == pytest.approx((0.3, 0.3))


def test_the_largest_of_several_is_played_with_its_own_scale() -> None:
    small, large = region(0, 0, 99, 99), region(100, 100, 599, 399, PhysicalDeltaY=0.05)
    found = bmode_region(header(small, large), "x")
    assert found[:2] == (slice(100, 400), slice(100, 600))
    assert found.spacing_mm == pytest.approx((0.5, 0.3))


@pytest.mark.parametrize("tag", ["RegionSpatialFormat", "RegionDataType"])
def test_a_trace_or_a_colour_box_is_no_bmode_region(tag: str) -> None:
    assert bmode_region(header(region(10, 20, 109, 219, **{tag: 2})), "x") == FULL


def test_a_far_corner_of_one_past_the_last_pixel_is_forgiven() -> None:
    found = bmode_region(header(region(0, 0, 640, 480)), "x")
    assert found[:2] == FULL[:2]
    assert found.spacing_mm is not None


@pytest.mark.parametrize(
    "box", [(0, 0, 641, 400), (0, 0, 600, 481), (100, 0, 50, 400), (0, 0, 14, 400), (0, 0, 0, 0)]
)
def test_a_region_that_does_not_fit_is_said_and_the_full_frame_played_without_scale(
    box: tuple[int, int, int, int], caplog: pytest.LogCaptureFixture
) -> None:
    assert bmode_region(header(region(*box)), "clip.dcm") == FULL
    assert f"clip.dcm: its B-mode region, columns {box[0]}-{box[2]}" in caplog.text
    assert "640 x 480" in caplog.text


def test_a_missing_corner_does_not_fit() -> None:
    item = region(0, 0, 99, 99)
    del item.RegionLocationMinX0
    assert bmode_region(header(item), "x") == FULL


@pytest.mark.parametrize(
    "tags",
    [
        {"PhysicalUnitsXDirection": 4},
        {"PhysicalDeltaX": 0.0},
        {"PhysicalDeltaX": float("nan")},
        {"PhysicalDeltaY": 3.0},
    ],
)
def test_a_scale_that_is_not_sane_is_unknown(tags: dict[str, Any]) -> None:
    assert bmode_region(header(region(0, 0, 99, 99, **tags)), "x").spacing_mm is None


def test_pixel_spacing_counts_where_there_are_no_regions() -> None:
    assert bmode_region(header(PixelSpacing=[0.2, 0.25]), "x").spacing_mm == (0.2, 0.25)
    assert bmode_region(header(), "x") == FULL
