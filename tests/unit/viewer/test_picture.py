import json
import struct
from typing import Any

import cv2
import numpy as np
import pytest

from edge.client import Overlay
from edge.contract.messages import FrameHeader
from edge.viewer.outline import Outline
from edge.viewer.picture import encode


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


def overlay(exam: str = "exam-1", width: int = 800) -> Overlay:
    return Overlay(
        exam=exam,
        epoch=1,
        seq=1,
        width=width,
        height=600,
        window_px=(130.0, 30.0, 670.0, 570.0),
        scale="header",
        fan_px=((400.0, 60.0), (40.0, 540.0), (760.0, 540.0)),
    )


def said_of(data: bytes) -> dict[str, Any]:
    (length,) = struct.unpack(">I", data[:4])
    return dict(json.loads(data[4 : 4 + length]))


def test_what_the_daemon_saw_is_drawn_where_it_saw_it() -> None:
    said = said_of(encode(np.zeros((600, 800), np.uint8), header(), overlay(), [(0.1, 0.2)], 100))

    assert said["window"] == pytest.approx([130 / 800, 30 / 600, 670 / 800, 570 / 600])
    assert np.allclose(said["outline"], [[0.5, 0.1], [0.05, 0.9], [0.95, 0.9]])


@pytest.mark.parametrize("other", [None, overlay("exam-2"), overlay(width=640)])
def test_what_it_saw_in_other_pictures_is_not_drawn(other: Overlay | None) -> None:
    said = said_of(encode(np.zeros((600, 800), np.uint8), header(), other, [(0.1, 0.2)], 100))

    assert said["window"] is None
    assert said["outline"] == [[0.1, 0.2]]


def test_a_picture_is_a_header_and_a_jpeg_no_larger_than_asked() -> None:
    gray = np.tile(np.arange(800, dtype=np.uint16) * 255 // 800, (600, 1)).astype(np.uint8)

    data = encode(gray, header(), None, [(0.1, 0.2)], 400)
    (length,) = struct.unpack(">I", data[:4])
    said = said_of(data)
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
