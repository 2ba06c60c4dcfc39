"""All figures of a set of subjects come from the table of estimates."""

from dataclasses import replace

import numpy as np
import pytest

from train.estimated import Estimated
from train.study.estimates import Estimates, Side, joined, of_frames
from train.study.figures import by_subject, calibrated, confusion, grade_errors, measure_set

FAT = np.array([1.0, 2.0, 5.0, 11.0, 30.0, 40.0])
METHODS = {"mean": 9.0, "ridge": 5.0, "CNN": 1.0, "oracle": 0.5}
"""Each method and the size of its errors."""


def table(subjects: int, side: Side, fold: int = 1) -> Estimates:
    """Two frames of each subject; errors of every method, up and down in turn."""
    number = np.repeat(np.arange(subjects), 2)
    truth = FAT[number % len(FAT)]
    signs = np.where(number % 2 == 0, 1, -1)
    return joined(
        of_frames(
            method,
            model,
            fold,
            dict.fromkeys(range(subjects), side),
            Estimated(number, np.arange(len(number)), truth + size * signs, truth),
        )
        for method, size in METHODS.items()
        for model in ("AR", "HR", "AR+HR")
    )


def test_every_method_is_measured_for_every_model() -> None:
    found = measure_set(table(6, "test"), {}, draws=200, seed=0)
    assert set(found.methods) == set(METHODS)
    for method, size in METHODS.items():
        told = found.methods[method]["HR"]
        assert told.figures.frame_rmse == pytest.approx(size)
        assert told.intervals["frame_rmse"] == pytest.approx((size, size))
    assert found.subjects == 6
    assert found.order_violations == {"AR": [], "HR": [], "AR+HR": []}


def test_a_wrong_order_is_found() -> None:
    good = table(6, "test")
    swap = {"CNN": "oracle", "oracle": "CNN"}
    names = np.array([swap.get(name, name) for name in good.method.tolist()])
    found = measure_set(replace(good, method=names), {}, draws=200, seed=0)
    assert found.order_violations["AR"] == ["CNN 0.50 is not above oracle 1.00"]


def test_the_confusion_matrix_has_the_true_grade_in_its_rows() -> None:
    found = by_subject(table(6, "test").where(method="CNN", view="AR"))
    # 1+1 S0, 2-1 S0, 5+1 S1, 11-1 S2, 30+1 S3, 40-1 S3
    assert confusion(found) == [[2, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 2]]
    worse = by_subject(table(6, "test").where(method="mean", view="AR"))
    # 1+9 S2, 2-9 S0, 5+9 S3, 11-9 S0, 30+9 S3, 40-9 S3
    assert confusion(worse) == [[1, 0, 1, 0], [0, 0, 0, 1], [1, 0, 0, 0], [0, 0, 0, 2]]


def test_errors_by_grade_are_those_of_its_subjects() -> None:
    found = grade_errors(by_subject(table(6, "test").where(method="CNN", view="AR")))
    assert {name: (told.subjects, told.bias, told.rmse) for name, told in found.items()} == {
        "S0": (2, 0.0, 1.0),
        "S1": (1, 1.0, 1.0),
        "S2": (1, -1.0, 1.0),
        "S3": (2, 0.0, 1.0),
    }


def test_intervals_are_calibrated_on_out_of_fold_subjects_of_all_folds() -> None:
    known = table(30, "training")
    parts = [table(30, "validation", fold=1), known]
    tables = calibrated(joined(parts))
    assert {name: found.subjects for name, found in tables.items()} == dict.fromkeys(
        ("AR", "HR", "AR+HR"), 30
    )
    found = measure_set(table(12, "test"), tables, draws=200, seed=0)
    assert found.coverage["AR"].covered == 12


def test_too_few_out_of_fold_subjects_give_no_intervals() -> None:
    assert calibrated(table(8, "validation")) == {}
