"""A sheet holds every frame of its cohort, read by one model, or it is refused."""

from pathlib import Path

import pytest

from tests.unit.train.measured.conftest import SUBJECTS, Rows, save
from train.cohort import read_cohort
from train.measured.sheet import SheetError, read_sheet


def test_rows_are_their_subjects(cohort: Path, estimates: Path) -> None:
    sheet = read_sheet(estimates, read_cohort(cohort))

    assert sorted(sheet.rows) == list(range(SUBJECTS))
    views = [row.view for row in sheet.rows[3]]
    assert {view: views.count(view) for view in set(views)} == {"AR": 2, "HR": 2, "AR+HR": 2}
    assert sheet.model.name == "tiny"


def test_a_sheet_that_lacks_a_frame_is_refused(cohort: Path, rows: Rows, tmp_path: Path) -> None:
    lost = next(at for at, row in enumerate(rows) if row["view"] == "HR")
    sheet = save(rows[:lost] + rows[lost + 1 :], tmp_path / "sheet")

    with pytest.raises(SheetError, match="1 rows for the 2 HR frames of subject 0"):
        read_sheet(sheet, read_cohort(cohort))


def test_a_sheet_that_lacks_a_subject_is_refused(cohort: Path, rows: Rows, tmp_path: Path) -> None:
    sheet = save([row for row in rows if not row["source"].endswith("#4")], tmp_path / "sheet")

    with pytest.raises(SheetError, match=r"0 rows for the 2 .. frames of subject 4"):
        read_sheet(sheet, read_cohort(cohort))


def test_a_sheet_with_a_subject_too_many_is_refused(
    cohort: Path, rows: Rows, tmp_path: Path
) -> None:
    added = {**rows[0], "source": f"{cohort}#99"}

    with pytest.raises(SheetError, match="1 rows for the 0 AR frames of subject 99"):
        read_sheet(save([*rows, added], tmp_path / "sheet"), read_cohort(cohort))


@pytest.mark.parametrize("source", ["{}-other#0", "{}", "clip.mkv", "{}#x"])
def test_a_sheet_of_something_else_is_refused(
    source: str, cohort: Path, rows: Rows, tmp_path: Path
) -> None:
    rows[2]["source"] = source.format(cohort)

    with pytest.raises(SheetError, match=r"line 3: source: .* is no subject of"):
        read_sheet(save(rows, tmp_path / "sheet"), read_cohort(cohort))


def test_readings_of_two_precisions_are_not_measured_as_one(
    cohort: Path, rows: Rows, tmp_path: Path
) -> None:
    rows[-1]["model"]["precision"] = "int8"

    with pytest.raises(SheetError, match=r"tiny .* \(fp32\) and tiny .* \(int8\)"):
        read_sheet(save(rows, tmp_path / "sheet"), read_cohort(cohort))


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("fat_pct", "much", "fat_pct"),
        ("view", "LR", "LR"),
        ("interval_pct", [1.0], "interval_pct"),
    ],
)
def test_a_wrong_field_is_named_with_its_line(
    field: str, value: object, said: str, cohort: Path, rows: Rows, tmp_path: Path
) -> None:
    rows[1][field] = value

    with pytest.raises(SheetError, match=rf"sheet line 2: .*{said}"):
        read_sheet(save(rows, tmp_path / "sheet"), read_cohort(cohort))


@pytest.mark.parametrize("text", ["", "{", "a,b\n1\n", "a\n1,2\n", '"', "\xff"])
def test_what_is_no_sheet_is_refused(text: str, cohort: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet"
    sheet.write_bytes(text.encode("latin-1"))

    with pytest.raises(SheetError, match="--estimates"):
        read_sheet(sheet, read_cohort(cohort))
