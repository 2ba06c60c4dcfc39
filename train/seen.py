"""Hashes of the frames that a run learned from, so that it is never measured on one of them."""

import csv
from collections.abc import Iterator
from pathlib import Path

from train.atomic import write_whole
from train.cohort import MANIFEST_NAME, Cohort
from train.split import Split

SEEN_NAME = "seen.sha256"
"""One hash of a frame's bytes a line, sorted: of training and validation, not of test."""


def write_seen(run: Path, cohort: Cohort, split: Split) -> None:
    """Leave the hashes in the run's folder."""
    learned = split.training | split.validation
    hashes = sorted({digest for subject, digest in _hashes(cohort) if subject in learned})
    write_whole(run / SEEN_NAME, "".join(f"{digest}\n" for digest in hashes).encode())


def shared_subjects(run: Path, cohort: Cohort) -> set[int]:
    """Numbers of the cohort's subjects of whom the run has learned a frame.

    Raises:
        FileNotFoundError: the run has left no hashes.
    """
    seen = set((run / SEEN_NAME).read_text().split())
    return {subject for subject, digest in _hashes(cohort) if digest in seen}


def _hashes(cohort: Cohort) -> Iterator[tuple[int, str]]:
    """Subject's number and hash of every frame, of either kind of manifest."""
    with (cohort.path / MANIFEST_NAME).open(newline="") as file:
        for row in csv.DictReader(file):
            yield int(row["subject"]), row["sha256"]
