from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

pydicom = pytest.importorskip("pydicom", reason="needs the extra `dicom`")

from edge.scanner.dicom.source import DicomSource  # noqa: E402
from edge.scanner.source import Shot  # noqa: E402

MakeDicom = Callable[..., Path]
Frames = NDArray[np.uint8]


def first(path: Path) -> Shot:
    return next(DicomSource(path).shots())


def test_monochrome1_is_inverted(make_dicom: MakeDicom, gray_frames: Frames) -> None:
    shot = first(make_dicom(gray_frames[:1], "MONOCHROME1"))
    assert np.array_equal(shot.pixels, 255 - gray_frames[0])


def test_rgb_comes_bit_for_bit(make_dicom: MakeDicom, colour_frames: Frames) -> None:
    shot = first(make_dicom(colour_frames[:1], "RGB"))
    assert shot.format == "rgb8"
    assert np.array_equal(shot.pixels, colour_frames[0])


def test_colour_of_equal_channels_comes_as_gray(make_dicom: MakeDicom, gray_frames: Frames) -> None:
    shot = first(make_dicom(np.stack([gray_frames] * 3, axis=-1)[:1], "RGB"))
    assert shot.format == "gray8"
    assert np.array_equal(shot.pixels, gray_frames[0])


def test_ybr_full_becomes_rgb(make_dicom: MakeDicom) -> None:
    ybr = np.empty((1, 32, 32, 3), np.uint8)
    ybr[...] = (81, 91, 239)  # a red, by the formula of PS3.3 C.7.6.3.1.2
    red, green, blue = first(make_dicom(ybr, "YBR_FULL")).pixels[0, 0]
    assert red == pytest.approx(81 + 1.402 * (239 - 128), abs=1)
    assert green == pytest.approx(81 - 0.344 * (91 - 128) - 0.714 * (239 - 128), abs=1)
    assert blue == pytest.approx(81 + 1.772 * (91 - 128), abs=1)


def test_gray_in_ybr_comes_as_gray(make_dicom: MakeDicom, gray_frames: Frames) -> None:
    ybr = np.full((1, 48, 64, 3), 128, np.uint8)
    ybr[0, ..., 0] = gray_frames[0]
    shot = first(make_dicom(ybr, "YBR_FULL"))
    assert shot.format == "gray8"
    assert np.array_equal(shot.pixels, gray_frames[0])


def test_subsampled_ybr_becomes_rgb(make_dicom: MakeDicom) -> None:
    # Two pixels in four bytes: Y Y Cb Cr; neutral chroma gives gray of the luma.
    luma = np.arange(32 * 32, dtype=np.uint8).reshape(1, 32, 32)
    packed = np.full((1, 32, 16, 4), 128, np.uint8)
    packed[..., 0], packed[..., 1] = luma[:, :, 0::2], luma[:, :, 1::2]
    path = make_dicom(
        np.zeros((1, 32, 32, 3), np.uint8), "YBR_FULL_422", PixelData=packed.tobytes()
    )
    shot = first(path)
    assert shot.format == "gray8"
    assert np.array_equal(shot.pixels, luma[0])


@pytest.mark.parametrize(("bits", "shift"), [(8, 0), (16, 8)])
def test_a_palette_gives_its_colours(
    make_dicom: MakeDicom, gray_frames: Frames, bits: int, shift: int
) -> None:
    kind = np.dtype(f"<u{bits // 8}")
    ramps = [np.arange(256), np.arange(256)[::-1], np.full(256, 9)]
    tags: dict[str, object] = {}
    for name, ramp in zip(("Red", "Green", "Blue"), ramps, strict=True):
        tags[f"{name}PaletteColorLookupTableDescriptor"] = [256, 0, bits]
        data = (ramp << shift).astype(kind).tobytes()
        tags[f"{name}PaletteColorLookupTableData"] = data
    shot = first(make_dicom(gray_frames[:1], "PALETTE COLOR", **tags))
    index = gray_frames[0]
    assert shot.format == "rgb8"
    assert np.array_equal(shot.pixels, np.dstack([index, 255 - index, np.full_like(index, 9)]))


def test_more_bits_are_scaled_by_the_stored_ones(make_dicom: MakeDicom) -> None:
    frames = np.linspace(0, 4095, 32 * 32).astype(np.uint16).reshape(1, 32, 32)
    pixels = first(make_dicom(frames, BitsStored=12, HighBit=11)).pixels
    assert np.abs(pixels - frames[0] / 4095 * 255).max() <= 0.5


def test_signed_samples_are_scaled_from_their_lowest(make_dicom: MakeDicom) -> None:
    frames = np.linspace(-32768, 32767, 32 * 32).astype(np.int16).reshape(1, 32, 32)
    pixels = first(make_dicom(frames)).pixels
    assert (pixels[0, 0], pixels[-1, -1]) == (0, 255)
    assert pixels[16, 0] == pytest.approx(128, abs=1)


def test_more_bits_with_a_window_are_shown_through_it(make_dicom: MakeDicom) -> None:
    frames = np.linspace(0, 4095, 32 * 32).astype(np.uint16).reshape(1, 32, 32)
    path = make_dicom(
        frames,
        BitsStored=12,
        HighBit=11,
        WindowCenter=["1000.5", "5"],
        WindowWidth=["1001", "7"],
        RescaleSlope="2",
        RescaleIntercept="-100",
    )
    expected = np.clip((2.0 * frames[0] - 100 - 500) / 1000, 0, 1) * 255
    assert np.abs(first(path).pixels - expected).max() <= 0.5


def test_eight_bits_are_never_windowed(make_dicom: MakeDicom, gray_frames: Frames) -> None:
    path = make_dicom(gray_frames[:1], WindowCenter="10", WindowWidth="5")
    assert np.array_equal(first(path).pixels, gray_frames[0])


def test_a_palette_without_its_table_is_refused(make_dicom: MakeDicom, gray_frames: Frames) -> None:
    from edge.scanner.source import SourceError

    with pytest.raises(SourceError, match="cannot be decoded"):
        DicomSource(make_dicom(gray_frames[:1], "PALETTE COLOR"))
