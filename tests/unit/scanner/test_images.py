import logging
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.scanner.images import ImageSource, in_folder
from edge.scanner.source import SourceError


def write(path: Path, value: int, width: int = 40, height: int = 30) -> None:
    assert cv2.imwrite(str(path), np.full((height, width), value, np.uint8))


def test_images_come_in_the_order_in_which_people_count(tmp_path: Path) -> None:
    for name, value in (("im10.png", 10), ("im9.png", 9), ("IM1.PNG", 1), ("im100.png", 100)):
        write(tmp_path / name, value)
    shots = list(ImageSource("x", in_folder(tmp_path)).shots())
    assert [int(shot.pixels[0, 0]) for shot in shots] == [1, 9, 10, 100]
    assert [shot.time_s for shot in shots] == pytest.approx([0, 1 / 30, 2 / 30, 3 / 30])


def test_sizes_and_kinds_may_differ_from_one_image_to_the_next(tmp_path: Path) -> None:
    write(tmp_path / "1.png", 1, 40, 30)
    write(tmp_path / "2.bmp", 2, 100, 50)
    cv2.imwrite(str(tmp_path / "3.jpg"), np.full((64, 32, 3), (200, 50, 10), np.uint8))
    shots = list(ImageSource("x", in_folder(tmp_path)).shots())
    assert [(shot.pixels.shape, shot.format) for shot in shots] == [
        ((30, 40), "gray8"),
        ((50, 100), "gray8"),
        ((64, 32, 3), "bgr8"),
    ]


def test_a_broken_image_is_left_out_by_name_and_the_others_play(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write(tmp_path / "1.png", 1)
    (tmp_path / "2.png").write_bytes(b"no image")
    (tmp_path / "3.png").write_bytes(b"")
    write(tmp_path / "4.png", 4, 8, 8)
    write(tmp_path / "5.png", 5)
    source = ImageSource("x", in_folder(tmp_path))
    with caplog.at_level(logging.WARNING):
        values = [int(shot.pixels[0, 0]) for shot in source.shots()]
    assert values == [1, 5]
    assert all(f"{number}.png" in caplog.text for number in (2, 3, 4))


def test_a_folder_without_images_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("liver")
    (tmp_path / ".hidden.png").write_bytes(b"x")
    with pytest.raises(SourceError, match=r"holds no image \(.jpg"):
        in_folder(tmp_path)


def test_a_folder_of_broken_images_is_refused_with_an_example(tmp_path: Path) -> None:
    for number in (1, 2):
        (tmp_path / f"{number}.png").write_bytes(b"no image")
    with pytest.raises(SourceError, match=r"none of its 2 images can be read: .*1.png"):
        ImageSource("x", in_folder(tmp_path))


def test_a_deep_image_is_brought_to_eight_bits(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "1.png"), np.full((30, 40), 0x8040, np.uint16))
    (shot,) = ImageSource("x", in_folder(tmp_path)).shots()
    assert shot.pixels.dtype == np.uint8
    assert int(shot.pixels[0, 0]) == 0x80
