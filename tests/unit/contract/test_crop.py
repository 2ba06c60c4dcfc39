import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edge.contract.crop import CropSpec, Gray, crop

PAPER = CropSpec()


def numbered(height: int, width: int) -> Gray:
    """An image whose pixels tell where they came from, modulo 251."""
    return (np.arange(height * width).reshape(height, width) % 251).astype(np.uint8)


@pytest.mark.parametrize(("height", "width"), [(480, 640), (593, 739), (361, 361), (360, 360)])
def test_a_large_frame_is_cut_in_its_middle_without_resampling(height: int, width: int) -> None:
    image = numbered(height, width)
    top, left = (height - 360) // 2, (width - 360) // 2

    window = crop(image, PAPER)

    assert np.array_equal(window, image[top : top + 360, left : left + 360])
    assert window.flags.c_contiguous


@pytest.mark.parametrize(("height", "width"), [(16, 16), (100, 640), (640, 101), (359, 360)])
def test_a_small_frame_is_padded_with_black_around_its_middle(height: int, width: int) -> None:
    image = np.full((height, width), 200, np.uint8)

    window = crop(image, PAPER)

    assert window.shape == (360, 360)
    assert np.count_nonzero(window) == min(height, 360) * min(width, 360)
    rows, columns = np.nonzero(window)
    assert (rows.min(), columns.min()) == (max(0, 360 - height) // 2, max(0, 360 - width) // 2)


def test_a_frame_of_known_spacing_is_resampled_to_the_models_scale_first() -> None:
    # A bright square of 40 mm at 0.5 mm a pixel is 100 pixels wide at 0.4 mm a pixel.
    image = np.zeros((600, 800), np.uint8)
    image[260:340, 360:440] = 255

    window = crop(image, CropSpec(mm_per_px=0.4), (0.5, 0.5))

    assert np.count_nonzero(window > 127) == pytest.approx(100 * 100, rel=0.03)
    assert window[180, 180] == 255


def test_rows_and_columns_have_their_own_spacing() -> None:
    image = np.zeros((600, 800), np.uint8)
    image[260:340, 360:440] = 255

    window = crop(image, CropSpec(mm_per_px=0.4), (0.4, 0.8))

    rows, columns = np.nonzero(window > 127)
    assert np.ptp(rows) + 1 == 80
    assert np.ptp(columns) + 1 == pytest.approx(160, abs=2)


@pytest.mark.parametrize("middle", [None, (399.5, 349.5), (790.0, 20.0)])
def test_only_the_windows_part_is_resampled_and_is_what_the_whole_would_show(
    middle: tuple[float, float] | None,
) -> None:
    image = np.random.default_rng(0).integers(0, 256, (600, 800), dtype=np.uint8)
    middle_there = middle and ((middle[0] + 0.5) / 2 - 0.5, (middle[1] + 0.5) / 2 - 0.5)
    whole = cv2.resize(image, (400, 300), interpolation=cv2.INTER_AREA)

    window = crop(image, CropSpec(size=100, mm_per_px=0.4), (0.2, 0.2), middle)

    assert np.array_equal(window, crop(whole, CropSpec(size=100), None, middle_there))


@pytest.mark.parametrize("spacing_mm", [0.31, 0.2873, 0.44])
def test_the_resampled_window_lies_within_half_a_frames_pixel_of_its_place(
    spacing_mm: float,
) -> None:
    ramp = np.tile((np.arange(800) / 4).astype(np.uint8), (600, 1))
    whole = crop(ramp, CropSpec(size=900, mm_per_px=0.45), (spacing_mm, spacing_mm))
    columns = np.flatnonzero(whole.any(axis=0))
    middle = columns[0] + (columns[-1] - columns[0] + 1 - 200) // 2

    window = crop(ramp, CropSpec(size=200, mm_per_px=0.45), (spacing_mm, spacing_mm))

    # Half a pixel of the ramp is 1/8 of a gray level.
    there = whole[450, middle : middle + 200].astype(int)
    assert np.abs(window[100].astype(int) - there).max() <= 1


def test_a_frame_of_unknown_spacing_keeps_its_own_resolution() -> None:
    image = numbered(480, 640)

    assert np.array_equal(crop(image, CropSpec(mm_per_px=0.4)), crop(image, PAPER))


def test_the_size_is_the_specs() -> None:
    assert crop(numbered(480, 640), CropSpec(size=128)).shape == (128, 128)


def test_the_windows_middle_is_put_where_it_is_asked_for() -> None:
    image = np.zeros((600, 800), np.uint8)
    image[400, 300] = 255

    window = crop(image, PAPER, middle_px=(300, 400))

    assert np.argwhere(window).tolist() in ([[180, 180]], [[179, 179]])
    assert window.flags.c_contiguous


def test_the_middle_is_meant_in_the_frames_own_pixels() -> None:
    image = np.zeros((600, 800), np.uint8)
    image[396:404, 296:304] = 255

    window = crop(image, CropSpec(mm_per_px=0.4), (0.8, 0.2), middle_px=(299.5, 399.5))

    rows, columns = np.nonzero(window > 127)
    assert (rows.min() + rows.max() + 1) / 2 == pytest.approx(180, abs=1)
    assert (columns.min() + columns.max() + 1) / 2 == pytest.approx(180, abs=1)
    assert (np.ptp(rows) + 1, np.ptp(columns) + 1) == (16, 4)


@pytest.mark.parametrize("middle", [(-500.0, 100.0), (100.0, 5000.0), (10.0, 10.0)])
def test_what_the_window_has_beyond_the_frame_is_black(middle: tuple[float, float]) -> None:
    image = np.full((300, 400), 9, np.uint8)

    window = crop(image, PAPER, middle_px=middle)

    assert window.shape == (360, 360)
    seen = (190 * 190) if middle == (10.0, 10.0) else 0
    assert np.count_nonzero(window) == pytest.approx(seen, abs=400)


@pytest.mark.parametrize("middle", [None, (3.0, 590.0), (700.5, 20.25), (799.0, 599.0)])
@pytest.mark.parametrize("spacing_mm", [(8.0, 8.0), (31.7, 3.3), (100.0, 100.0)])
def test_a_frame_that_would_be_huge_is_enlarged_where_the_window_lies(
    spacing_mm: tuple[float, float], middle: tuple[float, float] | None
) -> None:
    image = np.random.default_rng(0).integers(0, 256, (600, 800), dtype=np.uint8)

    window = crop(image, CropSpec(mm_per_px=0.45), spacing_mm, middle)

    off = np.abs(window - enlarged(image, spacing_mm, middle)).max()
    half_a_pixel = sum(255 * 0.5 * 0.45 / spacing for spacing in spacing_mm)
    assert off <= half_a_pixel + 1
    assert half_a_pixel < 25  # a pixel of the frame beside its place is off by up to 255


def enlarged(
    image: Gray, spacing_mm: tuple[float, float], middle: tuple[float, float] | None
) -> NDArray[np.float64]:
    """The window of 360 px at 0.45 mm, each pixel by itself between the frame's four nearest.

    As far as the frame reaches and no further; places are rounded to whole pixels of the window.
    """
    window = np.zeros((360, 360))
    taken = []
    for axis, (length, spacing) in enumerate(zip(image.shape, spacing_mm, strict=True)):
        there = max(1, round(length * spacing / 0.45))
        zoom = there / length
        if middle is None:
            start = (there - 360) // 2 if there >= 360 else -((360 - there) // 2)
        else:
            start = round((middle[1 - axis] + 0.5) * zoom - 180)
        place = np.arange(start, start + 360)
        taken.append(((place + 0.5) / zoom - 0.5, (place >= 0) & (place < there)))
    (rows, row_in), (columns, column_in) = taken
    r, c = np.clip(rows, 0, image.shape[0] - 1), np.clip(columns, 0, image.shape[1] - 1)
    r0, c0 = np.floor(r).astype(int), np.floor(c).astype(int)
    r1, c1 = np.minimum(r0 + 1, image.shape[0] - 1), np.minimum(c0 + 1, image.shape[1] - 1)
    dr, dc = (r - r0)[:, None], (c - c0)[None, :]
    top = image[np.ix_(r0, c0)] * (1 - dc) + image[np.ix_(r0, c1)] * dc
    bottom = image[np.ix_(r1, c0)] * (1 - dc) + image[np.ix_(r1, c1)] * dc
    inside = np.ix_(row_in, column_in)
    window[inside] = (top * (1 - dr) + bottom * dr)[inside]
    return window
