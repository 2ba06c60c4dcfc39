from pathlib import Path

import cv2
import pytest

from edge.contract.crop import CropSpec
from edge.offline.exams import find
from edge.scanner.source import SourceError
from tests import pictures

SPEC = CropSpec()


@pytest.fixture
def stills(tmp_path: Path) -> Path:
    folder = tmp_path / "stills"
    folder.mkdir()
    for number in range(3):
        cv2.imwrite(str(folder / f"{number}.png"), pictures.drawn(number))
    return folder


def test_a_folder_of_images_is_one_exam_and_each_image_one_of_its_own(stills: Path) -> None:
    whole = find([str(stills)], None, SPEC)
    each = find([str(file) for file in sorted(stills.iterdir())], None, SPEC)

    assert [(exam.exam, exam.source) for exam in whole] == [("exam-1", str(stills))]
    assert whole[0].parts[0].count == 3
    assert [exam.exam for exam in each] == ["exam-1", "exam-2", "exam-3"]


def test_every_other_file_of_a_folder_is_an_exam(stills: Path) -> None:
    clips = stills.parent / "clips"
    clips.mkdir()
    for name in ("b10.avi", "b9.avi"):
        writer = cv2.VideoWriter(str(clips / name), cv2.VideoWriter.fourcc(*"MJPG"), 30, (360, 360))
        for number in range(3):
            writer.write(cv2.cvtColor(pictures.drawn(number), cv2.COLOR_GRAY2BGR))
        writer.release()

    exams = find([str(clips)], None, SPEC)

    assert [Path(exam.source).name for exam in exams] == ["b9.avi", "b10.avi"]


def test_together_they_are_one_exam_in_the_order_named(stills: Path) -> None:
    (exam,) = find(["virtual:frames=2", str(stills)], "study-7", SPEC)

    assert exam.exam == "study-7"
    assert [part.count for part in exam.parts] == [2, 3]


@pytest.mark.parametrize(
    ("path", "said"), [("none.mkv", "none.mkv: not found"), ("", "an empty folder")]
)
def test_what_cannot_be_read_is_named(path: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=said):
        find([path or str(tmp_path)], None, SPEC)
