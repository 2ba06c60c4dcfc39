"""A bundle with heads: frames of no declared view are told theirs, others are held to it."""

import threading
from collections.abc import Iterator
from typing import ClassVar

import numpy as np
import pytest

from edge.contract.crop import CropSpec
from edge.contract.grading import VIEWS, View
from edge.contract.heads import CLASSES, DomainLimits, Heads, Shown
from edge.contract.interval import IntervalTable
from edge.contract.messages import Estimate, FrameHeader, ModelInfo
from edge.domain import AGREEING
from edge.inbox import Arrival, Inbox, Taken
from edge.pipeline import Pipeline
from edge.runner import Inference
from tests import pictures

FAT_PCT = {"AR": 5.0, "HR": 9.0}
LIMITS = DomainLimits(near=3, out=5)


class Network:
    """Shows what it is told that a frame shows; AR and HR give different estimates."""

    crop = CropSpec()
    views = VIEWS
    pairs = False
    heads = Heads(sure=0.9, domain=dict.fromkeys(VIEWS, LIMITS), fitted_on="nothing")
    intervals: ClassVar[dict[str, IntervalTable]] = {}
    info = ModelInfo(name="t", version="0", sha256="0" * 64, provider="cpu", precision="fp32")
    shows: Shown | None = None
    far = 1.0

    def infer(self, view: View, _: object) -> Inference:
        logit = np.array([[9.0 * (name == self.shows) for name in CLASSES]], np.float32)
        return Inference(FAT_PCT[view], np.zeros((1, 4), np.float32), logit, self.far)


class World:
    """A scanner whose frames show what `network` is told that they show."""

    def __init__(self) -> None:
        self.network = Network()
        self.pipeline = Pipeline("room", self.network, lambda: 0)  # type: ignore[arg-type]
        self._inbox = Inbox(threading.Condition())
        self._seq = iter(range(1000))

    def frame(self, view: View | None, shows: Shown | None = None, far: float = 1.0) -> Estimate:
        self.network.shows, self.network.far = shows, far
        seq = next(self._seq)
        image = pictures.drawn(seq)
        header = FrameHeader(
            v=1,
            epoch=1,
            seq=seq,
            capture_ns=seq * 33_000_000,
            exam="e",
            view=view,
            width=image.shape[1],
            height=image.shape[0],
            format="gray8",
            spacing_mm=None,
        )
        self._inbox.put_frame(Arrival(header, image.tobytes(), 0))
        taken = self._inbox.take()
        assert isinstance(taken, Taken)
        (estimate,) = self.pipeline.read(taken)
        return estimate


@pytest.fixture
def world() -> World:
    return World()


def told(estimates: Iterator[Estimate]) -> list[tuple[str | None, float | None, str | None]]:
    return [(each.view, each.fat_pct, each.reason) for each in estimates]


@pytest.mark.parametrize("view", VIEWS)
def test_frames_of_no_declared_view_are_read_as_what_some_of_them_show(
    world: World, view: View
) -> None:
    found = told(world.frame(None, view) for _ in range(AGREEING + 1))

    assert found[: AGREEING - 1] == [(None, None, "view_unknown")] * (AGREEING - 1)
    assert found[AGREEING - 1 :] == [(view, FAT_PCT[view], None)] * 2


def test_frames_that_show_nothing_for_certain_are_not_read(world: World) -> None:
    assert set(told(world.frame(None) for _ in range(9))) == {(None, None, "view_unknown")}


def test_frames_that_contradict_their_view_are_not_read(world: World) -> None:
    found = told(world.frame("AR", "HR") for _ in range(AGREEING + 1))

    assert found == [("AR", None, "wrong_view")] * (AGREEING + 1)
    reading = world.pipeline.end("e")
    assert reading is not None
    assert reading.views["AR"].reasons == {"wrong_view": AGREEING + 1}
    assert reading.views["AR"].frames == 0


def test_one_frame_that_contradicts_its_view_changes_nothing_for_the_next(world: World) -> None:
    found = told(world.frame("AR", shows) for shows in ("AR", "HR", "AR", None))

    read = ("AR", FAT_PCT["AR"], None)
    assert found == [read, ("AR", None, "wrong_view"), read, read]


def test_frames_that_show_neither_are_not_read_once_some_agree(world: World) -> None:
    found = told(world.frame("AR", "neither") for _ in range(AGREEING + 1))

    assert found[: AGREEING - 1] == [("AR", FAT_PCT["AR"], None)] * (AGREEING - 1)
    assert found[AGREEING - 1 :] == [("AR", None, "wrong_view")] * 2


def test_a_frame_that_is_far_from_what_was_learned_is_flagged_or_not_read(world: World) -> None:
    known, near, far, no_number = (world.frame("AR", far=far) for far in (1, 4, 6, float("nan")))

    assert (known.fat_pct, known.flags) == (FAT_PCT["AR"], [])
    assert (near.fat_pct, near.flags) == (FAT_PCT["AR"], ["near_domain"])
    assert (far.fat_pct, far.reason, far.flags) == (None, "out_of_domain", [])
    assert no_number.reason == "out_of_domain"


def test_an_exam_of_unlabelled_frames_has_the_readings_of_both_views(world: World) -> None:
    views: tuple[View, ...] = ("AR", "HR")
    for view in views:
        for _ in range(AGREEING + 3):
            world.frame(None, view)

    reading = world.pipeline.end("e")

    assert reading is not None
    assert {view: each.median_pct for view, each in reading.views.items()} == FAT_PCT
