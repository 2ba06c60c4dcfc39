"""Subjects a few thousand frames at a time, so that a large cohort's features fit into memory."""

from collections.abc import Iterable, Iterator

from train.cohort import ViewFrames

PORTION_FRAMES = 4000
"""Of each view; a frame's features are 62 kB."""


def portions(
    frames: ViewFrames, subjects: Iterable[int], most: int = PORTION_FRAMES
) -> Iterator[list[int]]:
    """Subjects in portions that end with the subject in which they reach `most` frames."""
    some: list[int] = []
    count = 0
    for subject in sorted(subjects):
        some.append(subject)
        count += int((frames.subjects == subject).sum())
        if count >= most:
            yield some
            some, count = [], 0
    if some:
        yield some
