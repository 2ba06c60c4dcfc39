"""A subject's last interval is the one that counts; a view that is not there has no figures."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.unit.train.measured.conftest import Rows, save
from train.cohort import read_cohort
from train.measured.figures import measure_readings
from train.measured.report import write_report
from train.measured.sheet import read_sheet


def test_the_last_interval_of_each_subject_is_the_one_that_counts(
    cohort: Path, rows: Rows, tmp_path: Path
) -> None:
    there = read_cohort(cohort)
    truth = there.hmrs_pct
    for row in rows:
        number = int(row["source"].rpartition("#")[2])
        width = 1.0 if number < 2 else -1.0  # of the others it lies above
        row["interval_pct"] = [truth[number] - width, truth[number] + 1.0]
    for view in ("AR", "HR", "AR+HR"):  # what came before does not count
        first = next(row for row in rows if row["view"] == view and row["source"].endswith("#0"))
        first["interval_pct"] = [99.0, 100.0]
    sheet = read_sheet(save(rows, tmp_path / "sheet"), there)

    coverage = measure_readings(sheet, there, "", draws=10, seed=0).record.figures.coverage

    assert {model: told.covered for model, told in coverage.items()} == {
        "AR": 2,
        "HR": 2,
        "AR+HR": 2,
    }
    assert coverage["AR"].subjects == len(truth)
    assert coverage["AR"].width_pct == pytest.approx((2 * 2.0 + 4 * 0.0) / 6)
    assert coverage["AR"].falls_short


def test_a_cohort_of_one_view_has_a_report_of_that_view(
    cohort: Path, rows: Rows, tmp_path: Path
) -> None:
    both = read_cohort(cohort)
    one = replace(both, views={"HR": both.views["HR"]})
    sheet = read_sheet(save([row for row in rows if row["view"] == "HR"], tmp_path / "sheet"), one)

    measured = measure_readings(sheet, one, "", draws=10, seed=0)
    write_report(tmp_path / "out", measured)

    assert measured.record.figures.models == ("HR",)
    text = (tmp_path / "out" / "report.md").read_text()
    assert "| HR CNN |" in text
    assert "AR" not in text
    assert (tmp_path / "out" / "plots" / "regression.png").stat().st_size > 1000
