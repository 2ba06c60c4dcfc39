"""The tail is judged on nobody that a branch has learned from."""

import pytest

from train.split import Split, SplitError
from train.study.folds import Folds
from train.study.tail_split import TailSplit, best_fold

FOLDS = Folds(frozenset({9}), tuple(frozenset({n, n + 4}) for n in range(4)))


def test_branches_and_tail_of_one_fold_agree() -> None:
    for number in range(1, 5):
        split = FOLDS.split(number)
        TailSplit(ar=split, hr=split, tail=split)


@pytest.mark.parametrize("tail", [1, 2, 3, 4])
def test_the_papers_best_fold_of_each_view_leaves_no_fold_for_the_tail(tail: int) -> None:
    """Set 1 for AR, set 4 for HR: whichever fold the tail is stopped on, a branch knows it."""
    with pytest.raises(SplitError, match=r"training subjects of a branch.*one fold"):
        TailSplit(ar=FOLDS.split(1), hr=FOLDS.split(4), tail=FOLDS.split(tail))


def test_a_test_subject_that_a_branch_learned_from_is_refused() -> None:
    branch = FOLDS.split(1)
    tail = Split(frozenset({2}), branch.validation, frozenset({3}))
    with pytest.raises(SplitError, match=r"test subjects \[3\] of AR\+HR are training subjects"):
        TailSplit(ar=branch, hr=branch, tail=tail)


def test_a_test_subject_that_the_tail_learns_from_is_refused() -> None:
    branch = FOLDS.split(1)
    tail = Split(frozenset({1, 9}), branch.validation, frozenset())
    with pytest.raises(SplitError, match=r"subjects \[9\] of AR\+HR are test subjects of a branch"):
        TailSplit(ar=branch, hr=branch, tail=tail)


def test_the_best_fold_is_that_of_the_mean_of_both_views() -> None:
    losses = {"AR": [1.0, 2.0, 9.0], "HR": [9.0, 3.0, 1.0], "AR+HR": [0.0, 9.0, 9.0]}
    assert best_fold(losses, ("AR", "HR")) == 2
