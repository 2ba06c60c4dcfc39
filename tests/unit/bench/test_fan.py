import cv2
import numpy as np
import pytest

from bench import fan
from bench.case import Case
from edge.contract.crop import CropSpec, crop
from edge.contract.pixels import decode
from edge.reading.boundaries import Boundaries, Moment


def test_frames_differ_and_are_the_same_for_the_same_seed():
    first, second = fan.draw(2, 200, 150, seed=4)
    assert not np.array_equal(first, second)
    assert np.array_equal(first, fan.draw(1, 200, 150, seed=4)[0])
    assert not np.array_equal(first, fan.draw(1, 200, 150, seed=5)[0])


def test_speckle_fills_a_fan_on_black():
    image = fan.draw(1, 400, 300)[0]
    assert image.shape == (300, 400)
    assert image.dtype == np.uint8
    assert image.flags.c_contiguous
    assert image[150:250, 150:250].std() > 15
    assert not image[:100, :100].any()
    assert not image[:100, -100:].any()


@pytest.mark.parametrize("image_format", ["gray8", "bgr8", "jpeg"])
def test_packed_pixels_are_what_the_daemon_decodes(image_format):
    image = fan.draw(1, 320, 240)[0]
    packed = fan.pack(image, image_format)
    data = packed if isinstance(packed, bytes) else packed.data.cast("B")
    found = decode(data, image_format, 320, 240)
    assert cv2.PSNR(found, image) > (25 if image_format == "jpeg" else 100)


def test_a_case_gets_a_second_of_frames_and_no_more_than_it_sends():
    small = {"width": 64, "height": 48, "warm_up": 2}
    assert len(fan.prepare(Case(frames=300, fps=30, **small))) == 30
    assert len(fan.prepare(Case(frames=3, fps=30, **small))) == 5
    assert len(fan.prepare(Case(frames=300, fps=240, **small))) == 64


def test_the_frames_are_those_of_a_probe_that_is_held() -> None:
    boundaries = Boundaries()
    begun = []
    for number, image in enumerate(fan.draw(20, 1024, 768)):
        begun.append(boundaries.begins(Moment(epoch=1, capture_ns=number * 33_000_000)))
        boundaries.see(crop(image, CropSpec()))

    assert begun == [True] + [False] * 19
