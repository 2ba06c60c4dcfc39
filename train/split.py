"""Division of subjects into training, validation and test: never of frames."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from edge.contract.grading import GRADES, grade


class SplitError(ValueError):
    """Too few subjects for what was asked, or fractions that leave none to train on."""


@dataclass(frozen=True)
class Split:
    """Subject numbers of each side; no number is on two sides."""

    training: frozenset[int]
    validation: frozenset[int]
    test: frozenset[int]

    def __post_init__(self) -> None:
        shared = (
            self.training & self.validation
            | self.training & self.test
            | self.validation & self.test
        )
        if shared:
            raise SplitError(
                f"subjects {sorted(shared)[:5]} are on two sides: frames of one clip look alike, "
                "so a net that has seen them is not being tested"
            )


def split_subjects(
    hmrs_pct: Mapping[int, float], validation: float, test: float, seed: int
) -> Split:
    """Divide subjects at random within each grade, so that every side has the cohort's mix.

    Args:
        hmrs_pct: H-MRS % of each subject number.
        validation: share of subjects that decides when to stop, 0-1.
        test: share of subjects that is never looked at in training, 0-1.
        seed: of the draw.

    Raises:
        SplitError: a side would be empty.
    """
    rng = np.random.default_rng(seed)
    sides: tuple[list[int], list[int], list[int]] = ([], [], [])
    for name in GRADES:
        members = sorted(subject for subject, fat in hmrs_pct.items() if grade(fat) == name)
        order = [members[i] for i in rng.permutation(len(members))]
        tests, validations = _share(len(order), test), _share(len(order), validation)
        sides[2].extend(order[:tests])
        sides[1].extend(order[tests : tests + validations])
        sides[0].extend(order[tests + validations :])
    names = ("training", "validation", "test")
    if empty := [name for name, side in zip(names, sides, strict=True) if not side]:
        raise SplitError(
            f"{len(hmrs_pct)} subjects leave no subject for {', '.join(empty)} "
            f"(validation {validation}, test {test}): render more subjects or change the shares"
        )
    return Split(*(frozenset(side) for side in sides))


def _share(count: int, fraction: float) -> int:
    """Subjects of a grade that a side gets: rounded, but one at least where there are three."""
    return max(round(count * fraction), int(count >= 3 and fraction > 0))
