"""The built-in heads in the frame path: views that are told, views that are wrong, and no liver.

Virtual livers and made-up pictures; what real ones are taken for: tests/slow/test_real_heads.py.
"""

import threading
from collections.abc import Callable, Iterable

import numpy as np
import pytest
from numpy.typing import NDArray

from edge.contract.bundle import builtin_path, read_bundle
from edge.contract.grading import VIEWS, View
from edge.contract.messages import Estimate, FrameHeader
from edge.domain import AGREEING
from edge.inbox import Arrival, Inbox, Taken
from edge.pipeline import Pipeline
from edge.runner import Runner
from edge.scanner.virtual import VirtualClip, draw_subject

FRAMES = 20
Image = NDArray[np.uint8]
Play = Callable[[Iterable[Image], View | None, tuple[float, float] | None], list[Estimate]]


@pytest.fixture(scope="module")
def runner() -> Runner:
    return Runner(read_bundle(builtin_path()), "cpu")


@pytest.fixture
def play(runner: Runner) -> Play:
    """Read images one after the other; the estimates of single views."""
    pipeline, inbox = Pipeline("room", runner, lambda: 0), Inbox(threading.Condition())

    def played(
        images: Iterable[Image], view: View | None, spacing_mm: tuple[float, float] | None
    ) -> list[Estimate]:
        estimates: list[Estimate] = []
        for seq, image in enumerate(images):
            height, width = image.shape
            header = FrameHeader(
                v=1, epoch=1, seq=seq, capture_ns=seq * 33_000_000, exam="e", view=view,
                width=width, height=height, format="gray8", spacing_mm=spacing_mm,
            )  # fmt: skip
            inbox.put_frame(Arrival(header, image.tobytes(), 0))
            taken = inbox.take()
            assert isinstance(taken, Taken)
            estimates += (each for each in pipeline.read(taken) if each.view != "AR+HR")
        return estimates

    return played


def clip(
    view: View, preset: str = "multi", fat_pct: float = 9.0
) -> tuple[list[Image], tuple[float, float]]:
    """Frames of a virtual subject, from where contact is good."""
    made = VirtualClip(draw_subject(preset, 3, fat_pct=fat_pct), view)
    good = np.flatnonzero(made.motion.contact == 1)[:FRAMES]
    return [made.frame(int(number)) for number in good], made.spacing_mm


@pytest.mark.parametrize("view", VIEWS)
def test_a_liver_of_no_declared_view_is_read_as_the_view_it_shows(play: Play, view: View) -> None:
    images, spacing_mm = clip(view)
    found = play(images, None, spacing_mm)
    assert [each.reason for each in found[: AGREEING - 1]] == ["view_unknown"] * (AGREEING - 1)
    assert {(each.view, each.reason) for each in found[AGREEING - 1 :]} == {(view, None)}


@pytest.mark.parametrize(("declared", "shown"), [("AR", "HR"), ("HR", "AR")])
def test_a_view_that_is_not_what_is_shown_is_never_read(
    play: Play, declared: View, shown: View
) -> None:
    images, spacing_mm = clip(shown)
    found = {each.reason for each in play(images, declared, spacing_mm)}
    assert found <= {"wrong_view", "out_of_domain"}


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("fat_pct", [1.0, 12.0, 40.0])
@pytest.mark.parametrize("preset", ["single", "multi", "realistic"])
def test_a_view_that_is_as_declared_is_read(
    play: Play, view: View, preset: str, fat_pct: float
) -> None:
    """The control: heads that found fault with everything would pass the others."""
    images, spacing_mm = clip(view, preset, fat_pct)
    assert {each.reason for each in play(images, view, spacing_mm)} == {None}


def test_noise_in_place_of_a_liver_is_never_read(play: Play) -> None:
    rng = np.random.default_rng(1)
    images = [rng.integers(30, 220, (480, 640)).astype(np.uint8) for _ in range(FRAMES)]
    found = play(images, "AR", (0.45, 0.45))
    assert {each.reason for each in found} <= {"out_of_domain", "wrong_view"}
