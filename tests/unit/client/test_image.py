from typing import Any

import numpy as np
import pytest

from edge.client import image
from edge.contract import pixels


def test_the_formats_are_those_of_the_contract() -> None:
    assert image.CHANNELS == pixels.CHANNELS


def test_an_array_is_sent_row_by_row() -> None:
    array = np.arange(20 * 40, dtype=np.uint8).reshape(20, 40)

    made = image.from_array(array[:, ::2])

    assert (made.format, made.width, made.height) == ("gray8", 20, 20)
    assert bytes(made.data) == array[:, ::2].tobytes()


def test_colour_needs_its_order() -> None:
    array = np.zeros((20, 40, 3), np.uint8)

    assert image.from_array(array, "bgr8").format == "bgr8"
    with pytest.raises(ValueError, match="image_format: None does not fit 3 channels"):
        image.from_array(array)


@pytest.mark.parametrize(
    ("array", "named"),
    [
        (np.zeros((20, 40), np.float32), "float32"),
        (np.zeros(800, np.uint8), "expected uint8"),
        (np.zeros((20, 8), np.uint8), "width: 8 px"),
        (np.zeros((5000, 40), np.uint8), "height: 5000 px"),
    ],
)
def test_an_array_that_is_no_image_is_refused(array: Any, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        image.from_array(array)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ((bytes(10), "gray8", 20, 20), "10 bytes; gray8 of 20 x 20 px has 400"),
        ((b"", "jpeg", 20, 20), "is empty"),
        ((b"x", "gif", 20, 20), "image_format: 'gif'"),
    ],
)
def test_bytes_that_are_no_image_are_refused(arguments: Any, named: str) -> None:
    with pytest.raises(ValueError, match=named):
        image.from_bytes(*arguments)
