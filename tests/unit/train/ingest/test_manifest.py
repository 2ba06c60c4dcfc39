"""All that is wrong in a manifest is listed at once, each with its place, value and remedy."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.contract.crop import CropSpec
from tests.unit.scanner.conftest import MakeDicom, MakeVideo
from tests.unit.train.ingest.conftest import HEADING, MakeByra, Silent, WriteManifest, picture
from train.ingest.ingesting import ingest
from train.ingest.problem import ManifestError, Problem
from train.ingest.rows import COLUMNS, Row, overlaps, parse_rows
from train.ingest.table import Table, read_table

NOT_FOUND = "not found; name a file that is there, by its path from the manifest's folder"


def problems_of(path: Path, mm_per_px: float | None = None) -> list[Problem]:
    """Problems of a manifest, after which nothing has been written."""
    out = path.parent / "out"
    with pytest.raises(ManifestError) as caught:
        ingest(path, out, CropSpec(mm_per_px=mm_per_px), Silent())
    assert not out.exists()
    assert str(path) in str(caught.value).splitlines()[0]
    assert "row 1 is the line after the heading" in str(caught.value).splitlines()[0]
    assert len(str(caught.value).splitlines()) == 1 + len(caught.value.problems)
    return caught.value.problems


def texts_of(path: Path, mm_per_px: float | None = None) -> list[str]:
    return [str(problem) for problem in problems_of(path, mm_per_px)]


def test_every_bad_row_is_listed_at_once_with_field_value_and_remedy(
    manifest: WriteManifest, pictures: Sequence[Path]
) -> None:
    path = manifest(
        "P 1,AR,0.png,5,,,,",
        "P2,ar,1.png,5,,,,",
        "P3,HR,nowhere.png,5,,,,",
        'P4,HR,2.png,"5,5",,,,',
        "P5,HR,3.png,101,,,,",
        "P6,HR,4.png,5,3,1,,",
        "P7,HR,5.png,5,,,,9",
        ",,,,,,,",
        "P9,HR,6.png,5,,,a b,",
        "P10,HR",
        "",
        "P12,HR,7.png,5,x,,,",
    )
    assert texts_of(path) == [
        "row 1, subject 'P 1': not a plain name; use 1 to 64 of A-Z a-z 0-9 . _ -",
        "row 2, view 'ar': not a view; write AR (oblique subcostal) or HR (hepato-renal)",
        f"row 3, path 'nowhere.png': {NOT_FOUND}",
        "row 4, hmrs_pct '5,5': not a number; write liver fat in %, 0 to 100, with a decimal point",
        "row 5, hmrs_pct '101': out of range; write liver fat in %, 0 to 100, with a decimal point",
        "row 6, last_frame '1': before the first frame, 3; exchange the two",
        "row 7, spacing_mm '9': out of range; write mm per pixel, 0.005 to 5",
        "row 8, path '': empty; name a file or a folder",
        "row 9, clip 'a b': not a plain name; use 1 to 64 of A-Z a-z 0-9 . _ -",
        "row 10, row '': 2 cells under a heading of 8; put \"…\" round a cell that holds a comma",
        "row 12, first_frame 'x': not a frame's number; write a whole number, from 0",
    ]


def test_a_row_with_a_bad_cell_is_checked_to_the_end(manifest: WriteManifest) -> None:
    found = problems_of(manifest("P1,XX,gone.png,nan,,,,"))
    assert [problem.field for problem in found] == ["view", "hmrs_pct", "path"]


def test_empty_labels_are_refused_each_by_its_name(
    manifest: WriteManifest, pictures: Sequence[Path]
) -> None:
    found = problems_of(manifest(",,0.png,,,,,"))
    assert [(problem.field, problem.reason) for problem in found] == [
        ("subject", "empty"),
        ("view", "empty"),
        ("hmrs_pct", "empty"),
    ]


def test_unknown_doubled_and_missing_columns_are_named(
    manifest: WriteManifest, pictures: Sequence[Path]
) -> None:
    path = manifest("P1,AR,0.png,x,x", heading="subject,view,path,fat,fat")
    texts = texts_of(path)
    assert [text.split(":")[0] for text in texts] == [
        "heading, column 'fat'",
        "heading, column 'fat'",
        "heading, column 'fat'",
        "heading, column 'hmrs_pct'",
    ]
    assert "there twice" in texts[2]
    assert all(column in texts[0] for column in COLUMNS)


@pytest.mark.parametrize("text", ["", "\n", "subject;view;path;hmrs_pct\nP;AR;a.png;1\n"])
def test_a_manifest_without_a_path_column_says_how_a_heading_looks(
    text: str, tmp_path: Path
) -> None:
    path = tmp_path / "manifest.csv"
    path.write_text(text)
    assert "column 'path': missing; the first line names the columns, parted by commas" in "".join(
        texts_of(path)
    )


def test_a_manifest_without_rows_is_refused(manifest: WriteManifest) -> None:
    assert "holds no row" in texts_of(manifest())[0]


@pytest.mark.parametrize(
    ("name", "raw", "reason"),
    [
        ("manifest.xlsx", b"PK", "of a kind that is not known"),
        ("manifest.csv", b"subject\xff", "its byte 7 is not UTF-8"),
        ("manifest.csv", b'path\n"a', "not CSV"),
        ("manifest.parquet", b"PAR1", "not a Parquet file"),
    ],
)
def test_a_file_that_is_no_table_is_refused(
    name: str, raw: bytes, reason: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(raw)
    assert reason in texts_of(tmp_path / name)[0]


def test_a_manifest_that_is_not_there_is_refused(tmp_path: Path) -> None:
    assert "cannot be read (No such file" in texts_of(tmp_path / "manifest.csv")[0]


def test_a_spreadsheets_mark_before_the_heading_is_forgiven(tmp_path: Path) -> None:
    path = tmp_path / "manifest.csv"
    path.write_bytes(b"\xef\xbb\xbfpath,view\r\na.png,AR\r\n")
    assert read_table(path).columns == ("path", "view")
    assert read_table(path).rows == {1: {"path": "a.png", "view": "AR"}}


def test_a_subject_with_two_values_is_refused(
    manifest: WriteManifest, pictures: Sequence[Path]
) -> None:
    path = manifest("P1,AR,0.png,5,,,,", "P2,AR,1.png,6,,,,", "P1,HR,2.png,5.5,,,,")
    (text,) = texts_of(path)
    assert text == (
        "row 3, hmrs_pct '5.5': subject 'P1' has 5 in row 1; "
        "give a subject the same value everywhere"
    )


def test_a_picture_of_two_subjects_is_a_leak(
    manifest: WriteManifest, pictures: Sequence[Path]
) -> None:
    (pictures[0].parent / "link.png").symlink_to(pictures[0])
    path = manifest("P1,AR,0.png,5,,,,", "P2,AR,link.png,6,,,,")
    (text,) = texts_of(path)
    assert text.startswith("row 2, path 'link.png': frames of this file, from 0 on, are in row 1")
    assert "for another subject" in text


def test_parts_of_a_clip_that_overlap_are_refused_and_others_are_not(
    manifest: WriteManifest, make_video: MakeVideo
) -> None:
    make_video([picture(number) for number in range(6)])
    path = manifest("P,AR,clip.mkv,5,0,2,,", "P,AR,clip.mkv,5,3,4,,", "P,AR,clip.mkv,5,4,,,")
    (text,) = texts_of(path)
    assert text.startswith("row 3, path 'clip.mkv': frames of this file, from 4 on, are in row 2")
    assert "another subject" not in text


@given(
    st.lists(
        st.tuples(st.integers(0, 12), st.none() | st.integers(0, 12)).map(
            lambda pair: (pair[0], None if pair[1] is None else pair[0] + pair[1])
        ),
        max_size=6,
    )
)
def test_ranges_overlap_where_a_frame_is_in_two_of_them(
    ranges: list[tuple[int, int | None]],
) -> None:
    rows = [
        Row(number=number, path=Path(__file__), first_frame=first, last_frame=last)
        for number, (first, last) in enumerate(ranges, start=1)
    ]
    frames = [set(range(first, 99 if last is None else last + 1)) for first, last in ranges]
    shared = any(frames[i] & frames[j] for i in range(len(rows)) for j in range(i))
    assert bool(overlaps(rows)) == shared


CELLS = st.dictionaries(st.sampled_from(sorted(COLUMNS)), st.text(max_size=12), max_size=8)


@given(st.lists(CELLS, max_size=5))
def test_whatever_stands_in_the_cells_each_row_is_typed_or_refused(
    texts: list[dict[str, str]],
) -> None:
    rows = {
        number: {column: cells.get(column, "").strip() for column in COLUMNS}
        for number, cells in enumerate(texts, start=1)
    }
    found, problems = parse_rows(Table(tuple(COLUMNS), rows, [], ""), Path("folder"))
    refused = {problem.row for problem in problems}
    assert {row.number for row in found} | refused >= set(rows)
    for row in found:
        if row.number in refused:
            continue
        assert row.hmrs_pct is None or 0 <= row.hmrs_pct <= 100
        assert row.view in (None, "AR", "HR")
        assert row.last_frame is None or row.first_frame <= row.last_frame


@pytest.mark.parametrize(
    ("cells", "field"),
    [("6,,", "first_frame"), ("0,6,", "last_frame"), (",99,", "last_frame")],
)
def test_a_range_beyond_the_clip_is_refused(
    cells: str, field: str, manifest: WriteManifest, make_video: MakeVideo, make_dicom: MakeDicom
) -> None:
    frames = [picture(number) for number in range(6)]
    make_video(frames)
    file = make_dicom(np.stack(frames) // 2)
    path = manifest(f"P1,AR,clip.mkv,5,{cells},", f"P2,AR,{file.name},5,{cells},")
    found = problems_of(path)
    assert [(problem.row, problem.field) for problem in found] == [(1, field), (2, field)]
    for problem in found:
        assert problem.reason == "beyond the file, which has 6 frames"
        assert problem.remedy == "write 0 to 5, or leave the cell empty"


def test_a_video_shorter_than_it_announces_is_found_out(
    manifest: WriteManifest, make_video: MakeVideo
) -> None:
    file = make_video([picture(number) for number in range(40)], name="clip.avi")
    raw = file.read_bytes()
    file.write_bytes(raw[: len(raw) // 2])
    assert any(
        problem.field in ("last_frame", "path")
        for problem in problems_of(manifest("P,AR,clip.avi,5,,39,,"))
    )


def test_every_unreadable_file_of_a_folder_is_named(
    manifest: WriteManifest, tmp_path: Path
) -> None:
    (tmp_path / "exam").mkdir()
    cv2.imwrite(str(tmp_path / "exam" / "1.png"), picture(1))
    for name in ("2.png", "3.png"):
        (tmp_path / "exam" / name).write_bytes(b"not a picture")
    texts = texts_of(manifest("P,AR,exam,5,,,,"))
    assert len(texts) == 2
    assert "2.png: not an image that can be decoded" in texts[0]
    assert "3.png: not an image that can be decoded" in texts[1]


def test_a_dicom_file_cut_short_is_refused_without_a_name_of_a_patient(
    manifest: WriteManifest, make_dicom: MakeDicom
) -> None:
    file = make_dicom(np.stack([picture(1), picture(2)]))
    file.write_bytes(file.read_bytes()[:-90_000])
    (text,) = texts_of(manifest(f"P,AR,{file.name},5,,,,"))
    assert "cannot be decoded" in text
    assert "Secret" not in text


def test_an_image_too_small_for_the_window_is_refused(
    manifest: WriteManifest, tmp_path: Path
) -> None:
    cv2.imwrite(str(tmp_path / "small.png"), picture(1, 179, 400))
    (text,) = texts_of(manifest("P,AR,small.png,5,,,,"))
    assert "frame 0 is 400 x 179 px at the window's scale" in text
    assert "needs 180 to 16384 px a side" in text


def test_an_image_too_small_at_the_scale_asked_for_is_refused(
    manifest: WriteManifest, pictures: Sequence[Path]
) -> None:
    (text,) = texts_of(manifest("P,AR,0.png,5,,,,0.2"), mm_per_px=0.4)
    assert "frame 0 is 200 x 100 px" in text


def test_an_unknown_scale_is_a_bad_row_only_where_one_is_asked_for(
    manifest: WriteManifest, pictures: Sequence[Path], make_dicom: MakeDicom
) -> None:
    file = make_dicom(picture(9)[np.newaxis], PixelSpacing=[0.4, 0.4])
    path = manifest("P1,AR,0.png,5,,,,", f"P2,AR,{file.name},5,,,,", "P3,AR,1.png,5,,,,0.4")
    (text,) = texts_of(path, mm_per_px=0.4)
    assert text == (
        "row 1, spacing_mm '': the file tells no mm per pixel, and 0.4 is asked for; "
        "give spacing_mm in this row, or leave --crop-mm-per-px out"
    )
    assert ingest(path, path.parent / "out", CropSpec(), Silent()).subjects == 3


def test_a_file_that_labels_itself_refuses_labels(
    manifest: WriteManifest, make_byra: MakeByra
) -> None:
    make_byra()
    found = problems_of(manifest("P1,AR,byra.mat,5,0,3,c,"))
    assert {problem.field for problem in found} == {
        "subject",
        "view",
        "hmrs_pct",
        "first_frame",
        "last_frame",
        "clip",
    }


def test_columns_that_only_labelled_files_need_may_be_missing(
    manifest: WriteManifest, make_byra: MakeByra, pictures: Sequence[Path]
) -> None:
    make_byra()
    path = manifest("byra.mat", heading="path")
    assert ingest(path, path.parent / "one", CropSpec(), Silent()).subjects == 3
    texts = texts_of(manifest("byra.mat", "0.png", heading="path"))
    assert [text.split(": missing")[0] for text in texts] == [
        "heading, column 'subject'",
        "heading, column 'view'",
        "heading, column 'hmrs_pct'",
    ]


def test_an_ingested_folder_is_not_ingested_again(
    manifest: WriteManifest, pictures: Sequence[Path], tmp_path: Path
) -> None:
    ingest(manifest("P1,AR,0.png,5,,,,"), tmp_path / "data", CropSpec(), Silent())
    (text,) = texts_of(manifest("data", heading="path"))
    assert "an ingested folder" in text
    assert "list the images that it was made from" in text


def test_the_heading_of_the_documentation_is_the_one_that_is_read() -> None:
    text = (Path(__file__).resolve().parents[4] / "docs" / "training-data.md").read_text()
    assert ",".join(COLUMNS) == HEADING
    assert HEADING in text
