import json
import struct

import cv2
import numpy as np
import pytest

from edge.contract.crop import CropSpec
from edge.contract.messages import FrameHeader
from edge.viewer.outline import Outline
from edge.viewer.picture import encode, window


def header(width: int = 800, height: int = 600, spacing: float | None = 0.3) -> FrameHeader:
    return FrameHeader(
        v=1,
        epoch=2**62 + 1,
        seq=2**62 + 1,
        capture_ns=0,
        exam="exam-1",
        view="AR",
        width=width,
        height=height,
        format="gray8",
        spacing_mm=(spacing, spacing) if spacing else None,
    )


def test_the_window_is_where_the_crop_cuts() -> None:
    left, top, right, bottom = window(CropSpec(360, 0.45), header())

    assert ((right - left) * 800, (bottom - top) * 600) == pytest.approx((540, 540))
    assert (left + right, top + bottom) == pytest.approx((1, 1))


def test_without_a_scale_the_window_is_in_the_images_own_pixels() -> None:
    left, _, right, _ = window(CropSpec(360, 0.45), header(spacing=None))

    assert (right - left) * 800 == pytest.approx(360)


def test_a_picture_is_a_header_and_a_jpeg_no_larger_than_asked() -> None:
    gray = np.tile(np.arange(800, dtype=np.uint16) * 255 // 800, (600, 1)).astype(np.uint8)

    data = encode(gray, header(), CropSpec(), [(0.1, 0.2)], 400)
    (length,) = struct.unpack(">I", data[:4])
    said = json.loads(data[4 : 4 + length])
    image = cv2.imdecode(np.frombuffer(data[4 + length :], np.uint8), cv2.IMREAD_GRAYSCALE)

    assert (said["width"], said["height"], said["seq"]) == (800, 600, str(2**62 + 1))
    assert said["outline"] == [[0.1, 0.2]]
    assert image is not None
    assert image.shape == (300, 400)
    assert np.abs(image.astype(int) - cv2.resize(gray, (400, 300)).astype(int)).mean() < 3


def fan(radius: int) -> np.ndarray:  # type: ignore[type-arg]
    image = np.zeros((600, 800), np.uint8)
    cv2.ellipse(image, (400, 40), (radius, radius), 0, 50, 130, 90, -1)
    cv2.putText(image, "text", (10, 580), cv2.FONT_HERSHEY_SIMPLEX, 1, 255)
    return image


def test_the_outline_is_that_of_the_fan_without_the_text() -> None:
    outline = Outline()
    outline.add(fan(500))

    corners = np.array(outline.polygon)
    inside = np.zeros((600, 800), np.uint8)
    cv2.fillPoly(inside, [np.rint(corners * (800, 600)).astype(np.int32)], 1)
    truth = fan(500)[:560] > 0
    overlap = (inside[:560] > 0) & truth

    assert overlap.sum() / ((inside[:560] > 0) | truth).sum() > 0.95
    assert corners[:, 0].min() > 0.05


def test_a_dark_frame_hides_nothing_and_another_size_starts_afresh() -> None:
    outline = Outline()
    outline.add(fan(500))
    before = outline.polygon
    for _ in range(40):
        outline.add(np.zeros((600, 800), np.uint8))
    kept = outline.polygon
    outline.add(np.zeros((300, 400), np.uint8))

    assert kept == before != []
    assert outline.polygon == []
