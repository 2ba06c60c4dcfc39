"""What the two-branch model's tail may be judged on: subjects that neither branch learned from.

The paper carries the best fold of each view (set 1 for AR, set 4 for HR) into the two-branch model.
Each of the two branches has then learned from the other's validation subjects, so that no subject
of the folds is unseen by both, and early stopping of the tail would look at what it knows. Here one
fold gives both branches and the tail: the one with the lowest mean validation loss of the views.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from train.split import Split, SplitError


@dataclass(frozen=True)
class TailSplit:
    """Sides of the tail beside those of its branches; making one proves that they agree."""

    ar: Split
    hr: Split
    tail: Split

    def __post_init__(self) -> None:
        learned = self.ar.training | self.hr.training
        for side, judged in (("validation", self.tail.validation), ("test", self.tail.test)):
            if seen := sorted(learned & judged):
                raise SplitError(
                    f"{side} subjects {seen[:5]} of AR+HR are training subjects of a branch: take "
                    "both branches and the tail from one fold"
                )
        if tested := sorted(self.tail.training & (self.ar.test | self.hr.test)):
            raise SplitError(
                f"training subjects {tested[:5]} of AR+HR are test subjects of a branch: take both "
                "branches and the tail from one fold"
            )


def best_fold(losses: Mapping[str, Sequence[float]], views: Sequence[str]) -> int:
    """Number, from 1, of the fold with the lowest validation loss, the mean over the views."""
    return int(np.argmin(np.mean([losses[view] for view in views], axis=0))) + 1
