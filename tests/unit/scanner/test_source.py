import numpy as np
import pytest

from edge.scanner.source import SourceError, check_sides, plain


def test_three_equal_channels_become_one_with_the_same_values() -> None:
    gray = np.arange(20 * 30, dtype=np.uint8).reshape(20, 30)
    pixels, form = plain(np.dstack([gray, gray, gray]))
    assert form == "gray8"
    assert np.array_equal(pixels, gray)
    assert pixels.flags.c_contiguous


@pytest.mark.parametrize("channel", [0, 1, 2])
def test_one_pixel_of_colour_keeps_the_frame_in_colour(channel: int) -> None:
    image = np.full((20, 30, 3), 7, np.uint8)
    image[19, 29, channel] = 8
    pixels, form = plain(image, "rgb8")
    assert form == "rgb8"
    assert np.array_equal(pixels, image)


def test_part_of_a_larger_image_comes_out_contiguous() -> None:
    image = np.random.default_rng(0).integers(0, 256, (40, 40, 3), np.uint8)[5:25, 3:33]
    pixels, _ = plain(image)
    assert pixels.flags.c_contiguous
    assert np.array_equal(pixels, image)


@pytest.mark.parametrize(("width", "height"), [(15, 100), (100, 15), (4097, 100), (100, 4097)])
def test_a_frame_that_cannot_cross_the_wire_is_refused_with_both_limits(
    width: int, height: int
) -> None:
    with pytest.raises(SourceError, match=rf"x: {width} x {height} px.*16 to 4096"):
        check_sides("x", width, height)


def test_the_smallest_and_the_largest_frame_are_allowed() -> None:
    check_sides("x", 16, 4096)
    check_sides("x", 4096, 16)
