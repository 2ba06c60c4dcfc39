import struct
import zlib

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edge.contract.pixels import Format, PixelError, decode

COLOURS = np.random.default_rng(1).integers(0, 256, (48, 64, 3), np.uint8)


def luma(red: NDArray[np.uint8], green: NDArray[np.uint8], blue: NDArray[np.uint8]) -> NDArray:
    return 0.299 * red + 0.587 * green + 0.114 * blue


@pytest.mark.parametrize(
    ("image_format", "image", "order"),
    [
        ("rgb8", COLOURS, (0, 1, 2)),
        ("bgr8", COLOURS, (2, 1, 0)),
        ("rgba8", np.dstack([COLOURS, np.full((48, 64), 7, np.uint8)]), (0, 1, 2)),
    ],
)
def test_raw_colour_is_reduced_to_luma(
    image_format: Format, image: NDArray[np.uint8], order: tuple[int, int, int]
) -> None:
    gray = decode(image.tobytes(), image_format, 64, 48)

    expected = luma(*(image[..., channel].astype(float) for channel in order))
    assert np.abs(gray - expected).max() <= 1


def test_raw_gray_is_the_bytes_themselves() -> None:
    image = COLOURS[..., 0].copy()

    assert np.array_equal(decode(memoryview(image.tobytes()), "gray8", 64, 48), image)


def test_a_png_comes_out_bit_for_bit() -> None:
    image = COLOURS[..., 0].copy()
    data = cv2.imencode(".png", image)[1].tobytes()

    assert np.array_equal(decode(data, "png", 64, 48), image)


@pytest.mark.parametrize("image", [COLOURS, COLOURS[..., 0].copy()])
def test_a_jpeg_gives_its_luma(image: NDArray[np.uint8]) -> None:
    smooth = cv2.GaussianBlur(image, (0, 0), 4)
    data = cv2.imencode(".jpg", smooth, [cv2.IMWRITE_JPEG_QUALITY, 98])[1].tobytes()
    expected = smooth if smooth.ndim == 2 else cv2.cvtColor(smooth, cv2.COLOR_BGR2GRAY)

    gray = decode(data, "jpeg", 64, 48)

    assert np.abs(gray.astype(int) - expected.astype(int)).max() <= 4


@pytest.mark.parametrize("image_format", ["gray8", "rgb8", "bgr8", "rgba8"])
@pytest.mark.parametrize("surplus", [-1, 1])
def test_raw_pixels_of_another_length_are_refused(image_format: Format, surplus: int) -> None:
    channels = {"gray8": 1, "rgb8": 3, "bgr8": 3, "rgba8": 4}[image_format]

    with pytest.raises(PixelError, match="height x width"):
        decode(bytes(64 * 48 * channels + surplus), image_format, 64, 48)


@pytest.mark.parametrize("image_format", ["jpeg", "png"])
@pytest.mark.parametrize("damage", ["empty", "half", "noise", "other size", "other format"])
def test_a_broken_picture_is_refused(image_format: Format, damage: str) -> None:
    endings = {"jpeg": ".jpg", "png": ".png"}
    other = {"jpeg": ".png", "png": ".jpg"}
    good = cv2.imencode(endings[image_format], COLOURS)[1].tobytes()
    data = {
        "empty": b"",
        "half": good[:20],
        "noise": bytes(range(256)) * 4,
        "other size": cv2.imencode(endings[image_format], COLOURS[:-1])[1].tobytes(),
        "other format": cv2.imencode(other[image_format], COLOURS)[1].tobytes(),
    }[damage]

    with pytest.raises(PixelError):
        decode(data, image_format, 64, 48)


def test_a_png_that_claims_to_be_huge_is_refused_before_it_is_decoded() -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        checksum = zlib.crc32(kind + body)
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", checksum)

    header = struct.pack(">IIBBBBB", 30000, 30000, 8, 0, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 99))

    with pytest.raises(PixelError, match="size"):
        decode(bomb, "png", 640, 480)


def test_an_orientation_tag_does_not_turn_the_picture() -> None:
    plain = cv2.imencode(".jpg", COLOURS)[1].tobytes()
    # EXIF with orientation 6 (a quarter turn), put behind the start-of-image marker.
    body = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
    turned = plain[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + plain[2:]

    assert np.array_equal(decode(turned, "jpeg", 64, 48), decode(plain, "jpeg", 64, 48))
