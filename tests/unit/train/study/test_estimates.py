"""The table of estimates goes to disk and back, and knows who was on which side."""

from pathlib import Path

import numpy as np
import pytest

from train.estimated import Estimated
from train.split import SplitError
from train.study.estimates import Estimates, format_estimates, joined, of_frames, read_estimates

SIDES = {0: "training", 1: "validation", 2: "test"}


@pytest.fixture
def table() -> Estimates:
    found = Estimated(
        np.array([0, 0, 1, 2]),
        np.arange(4),
        np.array([1.23456, 1, 2, 3], np.float32),
        np.array([1, 1, 2, 3], np.float32),
    )
    return joined(of_frames("CNN", view, 1, SIDES, found) for view in ("AR", "AR+HR"))


def test_the_table_reads_back_as_written(table: Estimates, tmp_path: Path) -> None:
    path = tmp_path / "estimates.csv"
    path.write_text(format_estimates(table))
    again = read_estimates(path)
    assert format_estimates(again) == format_estimates(table)
    np.testing.assert_array_equal(again.estimate_pct, table.estimate_pct)
    assert again.subject.dtype == np.int64


def test_rows_are_found_by_their_columns(table: Estimates) -> None:
    some = table.where(view="AR+HR", side="training")
    assert len(some) == 2
    assert set(some.subject) == {0}
    assert len(table.where(fold=2)) == 0


def test_the_sides_of_a_fold_are_those_of_its_frames(table: Estimates) -> None:
    split = table.sides(1)
    assert (split.training, split.validation, split.test) == ({0}, {1}, {2})


def test_a_division_by_frame_is_refused(table: Estimates) -> None:
    table.side[1] = "validation"
    with pytest.raises(SplitError, match=r"subjects \[0\] are on two sides"):
        table.sides(1)
