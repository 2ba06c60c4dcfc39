"""The paper's division of subjects: a held-out test set and stratified folds of the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from edge.contract.grading import GRADES, Grade, grade
from train.split import Split, SplitError

PAPER_TEST: dict[Grade, int] = {"S0": 6, "S1": 2, "S2": 1, "S3": 1}
"""The paper's ten test subjects, chosen by hand. Source: section 2.3."""


@dataclass(frozen=True)
class Folds:
    """Test subjects, and the validation subjects of each fold; no number is in two of them."""

    test: frozenset[int]
    folds: tuple[frozenset[int], ...]

    def __post_init__(self) -> None:
        for number in range(1, len(self.folds) + 1):
            self.split(number)
        numbers = [subject for fold in self.folds for subject in fold]
        if twice := sorted({n for n in numbers if numbers.count(n) > 1}):
            raise SplitError(f"subjects {twice[:5]} are in two folds: each subject belongs to one")

    def split(self, number: int) -> Split:
        """Sides of a fold, numbered from 1: validated on its subjects, trained on all others'."""
        validation = self.folds[number - 1]
        others = [fold for at, fold in enumerate(self.folds, start=1) if at != number]
        return Split(frozenset[int]().union(*others), validation, self.test)


def divide(hmrs_pct: Mapping[int, float], test_subjects: int, folds: int, seed: int) -> Folds:
    """Draw the test subjects and deal the others into folds, grade by grade.

    Args:
        hmrs_pct: H-MRS % of each subject number.
        test_subjects: 10 are the paper's 6/2/1/1; other sizes have the cohort's own mix.
        folds: of the cross-validation.
        seed: of the draw.

    Raises:
        SplitError: the subjects do not suffice.
    """
    if test_subjects + 2 * folds > len(hmrs_pct) or 2 * test_subjects >= len(hmrs_pct):
        raise SplitError(
            f"{len(hmrs_pct)} subjects are too few for {test_subjects} test subjects and {folds} "
            "folds of two at least: add subjects, or lower --test-subjects or --folds"
        )
    rng = np.random.default_rng(seed)
    of_grade = {name: _shuffled(hmrs_pct, name, rng) for name in GRADES}
    numbers = held_out({name: len(members) for name, members in of_grade.items()}, test_subjects)
    test = frozenset(n for name in GRADES for n in of_grade[name][: numbers[name]])
    # dealt round and round, the next grade where the last one stopped, so that folds are level
    dealt = [n for name in GRADES for n in of_grade[name][numbers[name] :]]
    return Folds(test, tuple(frozenset(dealt[at::folds]) for at in range(folds)))


def held_out(counts: Mapping[Grade, int], size: int) -> dict[Grade, int]:
    """How many test subjects each grade gives.

    The paper's 6/2/1/1 where ten are asked for and each grade keeps one to learn from at least;
    otherwise in proportion, and one at least of each grade that has two.

    Raises:
        SplitError: fewer test subjects than grades.
    """
    if size == sum(PAPER_TEST.values()) and all(counts[g] > n for g, n in PAPER_TEST.items()):
        return dict(PAPER_TEST)
    exact = {name: size * count / sum(counts.values()) for name, count in counts.items()}
    lowest = {name: int(count >= 2) for name, count in counts.items()}
    if size < sum(lowest.values()):
        raise SplitError(
            f"--test-subjects {size}: the cohort has {sum(lowest.values())} grades, and each is "
            "to be tested; ask for more"
        )
    numbers = {name: max(int(exact[name]), lowest[name]) for name in counts}
    while sum(numbers.values()) < size:
        roomy = [name for name in numbers if numbers[name] + 1 < counts[name]]
        numbers[max(roomy, key=lambda name: exact[name] - numbers[name])] += 1
    while sum(numbers.values()) > size:
        spare = [name for name in numbers if numbers[name] > lowest[name]]
        numbers[min(spare, key=lambda name: exact[name] - numbers[name])] -= 1
    return numbers


def _shuffled(
    hmrs_pct: Mapping[int, float], name: Grade, rng: np.random.Generator
) -> Sequence[int]:
    members = sorted(subject for subject, fat in hmrs_pct.items() if grade(fat) == name)
    return [members[i] for i in rng.permutation(len(members))]
