"""Whether subjects are who they seem: one H-MRS each, and no frame that two of them share."""

import hashlib
from itertools import pairwise

import numpy as np

from edge.contract.grading import VIEWS
from train.cohort import Cohort, ViewFrames
from train.split import SplitError


def check_distinct(cohort: Cohort) -> None:
    """Refuse a cohort in which a division by subject would still put one person on two sides.

    Raises:
        SplitError: a subject has two H-MRS values, or lacks a view, or a frame stands under two.
    """
    sets = {view: set(cohort.views[view].subjects.tolist()) for view in VIEWS}
    if lacking := sorted(sets["AR"] ^ sets["HR"]):
        raise SplitError(
            f"{cohort.path}: subjects {lacking[:5]} have one view only; the study "
            "pairs AR with HR: leave them out of the manifest"
        )
    labels: dict[int, set[float]] = {}
    for frames in cohort.views.values():
        for subject, fat in zip(frames.subjects.tolist(), frames.hmrs_pct.tolist(), strict=True):
            labels.setdefault(subject, set()).add(fat)
    if mixed := [subject for subject, values in labels.items() if len(values) > 1]:
        raise SplitError(
            f"{cohort.path}: subject {mixed[0]} has H-MRS {sorted(labels[mixed[0]])}: give each "
            "subject one value in the manifest, and two people two numbers"
        )
    for view in VIEWS:
        _check_frames(cohort, cohort.views[view], view)


def _check_frames(cohort: Cohort, frames: ViewFrames, view: str) -> None:
    """The same picture under two subjects is one clip entered twice: it could be on two sides."""
    hashes = np.array([hashlib.sha256(frames.pixels[row]).hexdigest() for row in frames.rows])
    order = np.argsort(hashes, kind="stable")
    for one, other in pairwise(order.tolist()):
        pair = sorted({int(frames.subjects[one]), int(frames.subjects[other])})
        if hashes[one] == hashes[other] and len(pair) == 2:
            raise SplitError(
                f"{cohort.path}: subjects {pair[0]} and {pair[1]} share a frame of {view}, so they "
                "could be one person on two sides; give one clip one subject in the manifest"
            )
