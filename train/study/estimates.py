"""Every estimate of a study, frame by frame: `estimates.csv`, which all figures come from."""

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from train.estimated import Estimated
from train.split import Split

ESTIMATES_NAME = "estimates.csv"
Side = Literal["training", "validation", "test", "unseen"]
CNN = "CNN"


@dataclass(frozen=True)
class Estimates:
    """Columns of the same length, one row for each estimate."""

    method: NDArray[np.str_]
    """"CNN", or a baseline."""
    view: NDArray[np.str_]
    """"AR", "HR" or "AR+HR"."""
    fold: NDArray[np.int64]
    """From 1: the fold whose model, or whose training subjects, made the estimate."""
    side: NDArray[np.str_]
    """Of the subject in that fold. "unseen" subjects belong to a cohort of another seed, and have
    numbers of their own."""
    subject: NDArray[np.int64]
    row: NDArray[np.int64]
    """Of the frame in its view's array; for AR+HR the AR frame's."""
    estimate_pct: NDArray[np.float64]
    hmrs_pct: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.row)

    def where(self, **wanted: str | int) -> "Estimates":
        """Only the rows whose columns have these values."""
        keep = np.ones(len(self), bool)
        for name, value in wanted.items():
            keep &= getattr(self, name) == value
        return Estimates(*(getattr(self, field.name)[keep] for field in fields(self)))

    def sides(self, fold: int) -> Split:
        """How the networks' frames of a fold were divided.

        Raises:
            SplitError: frames of one subject are on two sides.
        """
        mine = self.where(method=CNN, fold=fold)
        return Split(
            *(
                frozenset(mine.subject[mine.side == side].tolist())
                for side in ("training", "validation", "test")
            )
        )


def joined(parts: Iterable[Estimates]) -> Estimates:
    """All rows of several tables, in their order."""
    tables = list(parts)
    return Estimates(
        *(
            np.concatenate([getattr(table, field.name) for table in tables])
            for field in fields(Estimates)
        )
    )


def of_frames(
    method: str, view: str, fold: int, side: Mapping[int, Side], found: Estimated
) -> Estimates:
    """Table of one model's estimates, rounded as they are written; `side` is by subject."""
    count = len(found.rows)
    return Estimates(
        np.full(count, method),
        np.full(count, view),
        np.full(count, fold),
        np.array([side[subject] for subject in found.subjects.tolist()], np.str_),
        found.subjects,
        found.rows,
        found.estimate_pct.astype(np.float64).round(4),
        found.hmrs_pct.astype(np.float64).round(4),
    )


def format_estimates(estimates: Estimates) -> str:
    """The table as CSV text, with a heading."""
    text = io.StringIO()
    sheet = csv.writer(text, lineterminator="\n")
    names = [field.name for field in fields(estimates)]
    sheet.writerow(names)
    sheet.writerows(zip(*(getattr(estimates, name).tolist() for name in names), strict=True))
    return text.getvalue()


def read_estimates(path: Path) -> Estimates:
    """The table in a file that `format_estimates` made."""
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    kinds: dict[str, type] = dict.fromkeys(("fold", "subject", "row"), np.int64)
    kinds |= dict.fromkeys(("estimate_pct", "hmrs_pct"), np.float64)
    return Estimates(
        *(
            np.array([row[field.name] for row in rows]).astype(kinds.get(field.name, np.str_))
            for field in fields(Estimates)
        )
    )
