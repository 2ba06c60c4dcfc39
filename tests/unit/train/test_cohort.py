"""A cohort folder: its manifest, its frames, and what is refused."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from edge.contract.grading import VIEWS, View, grade
from train.cohort import (
    MANIFEST_NAME,
    RECORD_NAME,
    CohortError,
    CohortRecord,
    FrameRow,
    format_manifest,
    parse_manifest,
    pixels_path,
    read_cohort,
)

FAT_PCT = (1.0, 5.0, 30.0)


def row_of(view: View, subject: int) -> FrameRow:
    """The one frame of a subject in a view."""
    return FrameRow(
        subject=subject,
        view=view,
        clip=f"{subject}-{view}",
        frame=0,
        row=subject,
        true_pct=FAT_PCT[subject],
        hmrs_pct=FAT_PCT[subject] + 0.25,
        grade=grade(FAT_PCT[subject]),
        seed=0,
        preset="single",
        simulator=1,
        sha256="0" * 64,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    record = CohortRecord(
        preset="single", subjects=3, frames=1, seed=0, balanced=False, simulator=1
    )
    (tmp_path / RECORD_NAME).write_bytes(msgspec.json.encode(record))
    rows = [row_of(view, subject) for subject in range(3) for view in VIEWS]
    (tmp_path / MANIFEST_NAME).write_text(format_manifest(rows))
    for view in VIEWS:
        np.save(pixels_path(tmp_path, view), np.arange(3 * 16, dtype=np.uint8).reshape(3, 4, 4))
    return tmp_path


def test_a_manifest_reads_back_as_written() -> None:
    rows = [row_of("AR", 0), row_of("HR", 2)]
    assert parse_manifest(format_manifest(rows), Path("m.csv")) == rows


def test_a_wrong_cell_is_named_with_its_line() -> None:
    text = format_manifest([row_of("AR", 0), row_of("AR", 1)]).replace("1,AR,1-AR,0", "1,XX,1-AR,0")
    with pytest.raises(CohortError, match=r"m\.csv line 3: .*'XX'.*\$\.view"):
        parse_manifest(text, Path("m.csv"))


def test_a_finished_cohort_is_read(folder: Path) -> None:
    cohort = read_cohort(folder)
    assert cohort.hmrs_pct == {0: 1.25, 1: 5.25, 2: 30.25}
    assert len(cohort.views["HR"]) == 3


def test_a_record_from_before_there_were_ingested_folders_is_read(folder: Path) -> None:
    record = msgspec.json.decode((folder / RECORD_NAME).read_bytes())
    assert record.pop("kind") == "virtual"
    (folder / RECORD_NAME).write_bytes(msgspec.json.encode(record))
    cohort = read_cohort(folder)
    assert cohort.is_virtual
    assert "preset single" in cohort.record.measured_on(3)


def test_frames_of_some_subjects_keep_their_rows(folder: Path) -> None:
    some = read_cohort(folder).views["AR"].of({2, 0})
    np.testing.assert_array_equal(some.subjects, [0, 2])
    np.testing.assert_array_equal(some.pixels[some.rows[1]], np.arange(32, 48).reshape(4, 4))


def test_another_folder_is_no_cohort(tmp_path: Path) -> None:
    with pytest.raises(CohortError, match=r"cohort\.json: not a cohort folder.*train cohort"):
        read_cohort(tmp_path)


def test_an_unfinished_cohort_says_how_to_go_on(folder: Path) -> None:
    (folder / MANIFEST_NAME).unlink()
    with pytest.raises(CohortError, match="goes on where it stopped"):
        read_cohort(folder)


def test_too_few_frames_for_the_manifest_are_refused(folder: Path) -> None:
    np.save(pixels_path(folder, "HR"), np.zeros((2, 4, 4), np.uint8))
    with pytest.raises(CohortError, match=r"HR\.npy: 2 frames do not fit"):
        read_cohort(folder)


def test_a_record_of_another_kind_is_refused(folder: Path) -> None:
    (folder / RECORD_NAME).write_text('{"preset": 3}')
    with pytest.raises(CohortError, match=r"cohort\.json: .*render the cohort again"):
        read_cohort(folder)
