"""Fidelity 11: the same bytes however a cohort is made."""

import hashlib
import multiprocessing
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pytest

from edge.contract.grading import VIEWS, View
from edge.scanner.virtual import PRESETS, Subject, VirtualClip, draw_cohort, draw_subject


def digest(subject: Subject) -> str:
    """Of two frames of both views."""
    found = hashlib.sha256()
    for view in VIEWS:
        clip = VirtualClip(subject, view)
        for number in (0, clip.count - 1):
            found.update(clip.frame(number).tobytes())
    return found.hexdigest()


def test_workers_order_and_subset_do_not_change_a_byte() -> None:
    subjects = draw_cohort("realistic", 4, 8)
    alone = [digest(subject) for subject in subjects]
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, spawn) as pool:
        together = list(pool.map(digest, subjects[::-1]))

    assert together == alone[::-1]
    assert digest(draw_cohort("realistic", 4, 8)[2]) == alone[2]
    # The control: other subjects have other bytes.
    assert len(set(alone)) == 4


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("preset", list(PRESETS))
def test_frames_come_in_any_order_with_the_same_bytes(preset: str, view: View) -> None:
    subject = draw_subject(preset, 11)
    one, other = (VirtualClip(subject, view) for _ in range(2))
    forward = [one.frame(number) for number in (0, 3)]
    backward = [other.frame(number) for number in (3, 0)]

    assert np.array_equal(forward[0], backward[1])
    assert np.array_equal(forward[1], backward[0])
    assert not np.array_equal(forward[0], forward[1])
