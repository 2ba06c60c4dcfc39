import json
from pathlib import Path

import numpy as np
import pytest

from edge.contract.crop import CropSpec
from edge.offline.cohort import is_cohort, subjects
from edge.scanner.source import SourceError

SPEC = CropSpec(size=36, mm_per_px=0.45)
MANIFEST = """\
subject,view,clip,frame,row,true_pct
2,AR,2-AR,30,1,5.0
1,AR,1-AR,0,0,5.0
2,AR,2-AR,3,2,5.0
2,HR,2-HR,0,0,5.0
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "manifest.csv").write_text(MANIFEST)
    (tmp_path / "cohort.json").write_text(json.dumps({"crop": {"size": 36, "mm_per_px": 0.45}}))
    for view, rows in (("AR", 3), ("HR", 1)):
        pixels = np.arange(rows, dtype=np.uint8)[:, None, None] * np.ones((36, 36), np.uint8)
        np.save(tmp_path / f"{view}.npy", pixels)
    return tmp_path


def test_each_subject_is_an_exam_of_its_views_in_the_order_of_its_frames(folder: Path) -> None:
    found = dict(subjects(folder, SPEC))

    assert {number: len(parts) for number, parts in found.items()} == {1: 1, 2: 2}
    ar = list(found[2][0].shots())
    assert [int(shot.pixels[0, 0]) for shot in ar] == [2, 1]
    assert [shot.time_s for shot in ar] == [0.0, 0.9]
    assert {(shot.view, shot.spacing_mm) for shot in ar} == {("AR", (0.45, 0.45))}
    assert [shot.view for shot in found[2][1].shots()] == ["HR"]


def test_a_folder_without_record_is_no_cohort(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    assert is_cohort(folder)
    assert not is_cohort(tmp_path_factory.mktemp("other"))


def test_windows_that_are_not_the_models_are_refused(folder: Path) -> None:
    with pytest.raises(
        SourceError, match=r"36 px at 0\.45 mm a pixel, the model's of 360 px at the"
    ):
        list(subjects(folder, CropSpec()))


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("manifest.csv", "subject,view\n1,XX\n", "manifest.csv: not a cohort's manifest"),
        ("cohort.json", "{", "cohort.json: cannot be read"),
        ("HR.npy", "no array", "HR.npy: cannot be read"),
    ],
)
def test_a_damaged_file_is_named(folder: Path, name: str, text: str, said: str) -> None:
    (folder / name).write_text(text)

    with pytest.raises(SourceError, match=said):
        list(subjects(folder, SPEC))
