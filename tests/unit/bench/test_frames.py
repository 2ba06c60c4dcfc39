import itertools

import cv2
import numpy as np
import pytest

from bench import frames
from bench.case import Case
from edge.contract.bundle import builtin_path, read_bundle
from edge.contract.messages import FrameHeader
from edge.contract.pixels import decode
from edge.fan.placing import Placing
from edge.gate import Gate
from edge.reading.boundaries import Boundaries, Moment

CROP = read_bundle(builtin_path()).manifest.crop


def test_frames_differ_and_are_the_same_for_the_same_seed():
    first, second = frames.draw("AR", 2, 200, 150, seed=4)
    assert not np.array_equal(first, second)
    assert np.array_equal(first, frames.draw("AR", 1, 200, 150, seed=4)[0])
    assert not np.array_equal(first, frames.draw("AR", 1, 200, 150, seed=5)[0])
    assert not np.array_equal(first, frames.draw("HR", 1, 200, 150, seed=4)[0])


@pytest.mark.parametrize("count", range(1, 9))
def test_they_go_to_and_fro_and_no_two_in_a_row_are_the_same(count):
    images = frames.draw("AR", count, 80, 60)
    assert len(images) == count
    circle = [*images, images[0]] if count > 1 else images
    assert not any(np.array_equal(one, other) for one, other in itertools.pairwise(circle))


@pytest.mark.parametrize("size", [(400, 300), (400, 380)])
def test_the_liver_fills_a_fan_on_black(size):
    image = frames.draw("AR", 1, *size)[0]
    assert image.shape == size[::-1]
    image = image[(size[1] - 300) // 2 :][:300]
    assert image.dtype == np.uint8
    assert image.flags.c_contiguous
    assert image[150:250, 150:250].std() > 15
    assert not image[:100, :100].any()
    assert not image[:100, -100:].any()


@pytest.mark.parametrize("image_format", ["gray8", "bgr8", "jpeg"])
def test_packed_pixels_are_what_the_daemon_decodes(image_format):
    image = frames.draw("HR", 1, 320, 240)[0]
    packed = frames.pack(image, image_format)
    data = packed if isinstance(packed, bytes) else packed.data.cast("B")
    found = decode(data, image_format, 320, 240)
    assert cv2.PSNR(found, image) > (25 if image_format == "jpeg" else 100)


def test_a_case_gets_a_second_of_frames_and_no_more_than_it_sends():
    small = {"width": 64, "height": 48, "warm_up": 2}
    assert len(frames.prepare(Case(frames=300, fps=30, **small))) == 30
    assert len(frames.prepare(Case(frames=3, fps=30, **small))) == 5
    assert len(frames.prepare(Case(frames=300, fps=240, **small))) == 64


def told(images):
    """What the gate says of each, in the order in which they are played, and when holds begin."""
    boundaries, placing, gate = Boundaries(), Placing(CROP), Gate()
    header = FrameHeader(
        v=1, epoch=1, seq=0, capture_ns=0, exam="e", view="AR", width=1024, height=768,
        format="gray8", spacing_mm=None,
    )  # fmt: skip
    begun, reasons = [], []
    for number, image in enumerate(images):
        begun.append(boundaries.begins(Moment(epoch=1, capture_ns=number * 33_000_000)))
        placed = placing.cut(image, None)
        reasons.append(gate.check(header, placed, "same"))
        boundaries.see(placed.window)
        placing.look()
    return begun, reasons


def test_the_frames_are_those_of_a_probe_that_is_held_and_are_read() -> None:
    images = frames.draw("AR", 20, 1024, 768)
    begun, reasons = told(images * 2)
    assert begun == [True] + [False] * 39
    assert reasons == [None] * 40
