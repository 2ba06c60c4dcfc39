"""Ten thousand bad frames among good ones: each is flagged, and none reaches a median."""

import itertools
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray

from edge import gate
from edge.contract.crop import CropSpec
from edge.contract.grading import View
from edge.contract.heads import DomainLimits, Heads
from edge.contract.interval import IntervalTable
from edge.contract.messages import Estimate, FrameHeader, ModelInfo
from edge.gate import Gate
from edge.inbox import Arrival, Freeze, Inbox, Taken
from edge.pipeline import Pipeline
from edge.runner import Inference, OverdueError, RunError
from tests import pictures

BAD_FRAMES = 10_000
GOOD_EVERY = 5
GOOD_PCT, BAD_PCT = 8.0, 60.0

Pixels = NDArray[np.uint8]
UNSURE = np.zeros((1, 3), np.float32)


class Truthful:
    """A network that says 8 % of the good pictures, and 60 % of whatever else it is shown."""

    crop = CropSpec()
    views: tuple[View, ...] = ("AR",)
    pairs = False
    heads = Heads(sure=0.9, domain={"AR": DomainLimits(near=3, out=5)}, fitted_on="nothing")
    intervals: ClassVar[dict[str, IntervalTable]] = {}
    info = ModelInfo(name="t", version="0", sha256="0" * 64, provider="cpu", precision="fp32")
    says: float | None = None
    """What it says next, whatever it is shown."""
    far = 1.0
    """Its domain score."""
    fails: RunError | None = None
    """Why it says nothing next."""

    def __init__(self) -> None:
        self.good = True

    def infer(self, *_: object) -> Inference:
        if self.fails is not None:
            raise self.fails
        fat_pct = GOOD_PCT if self.good else BAD_PCT
        if self.says is not None:
            fat_pct = self.says
        return Inference(fat_pct, np.zeros((1, 4), np.float32), UNSURE, self.far)


class Bench:
    """Sends good and bad frames to a pipeline."""

    def __init__(self) -> None:
        self.network = Truthful()
        self.pipeline = Pipeline("room", self.network, lambda: 0)  # type: ignore[arg-type]
        self._inbox = Inbox(threading.Condition())
        self._seq = itertools.count()
        self._last = pictures.drawn(0)
        self.goods = 0

    def good(self) -> Estimate:
        self.network.good, self.network.says, self.network.far = True, None, 1.0
        self.network.fails = None
        self.goods += 1
        seq = next(self._seq)
        self._last = pictures.drawn(seq)
        return self._send(seq, self._last)

    def bad(self, kind: str, number: int) -> Estimate:
        """A frame of one of KINDS."""
        if kind == "repeated":
            self.good()
        self.network.good, self.network.says = False, OUTPUTS.get(kind)
        self.network.far = 9.0 if kind == "far" else 1.0
        self.network.fails = FAILURES.get(kind)
        seq = next(self._seq)
        image = self._last if kind == "repeated" else pictures.drawn(seq)
        if kind in pictures.BAD:
            image = pictures.BAD[kind][0](number)
        alter, changes = ALTERED.get(kind, (unaltered, {}))
        if kind == "frozen":
            self.pipeline.freeze(Freeze(1, frozen=True))
        estimate = self._send(seq, alter(image), **changes)
        if kind == "frozen":
            self.pipeline.freeze(Freeze(1, frozen=False))
        return estimate

    def _send(self, seq: int, image: Pixels, **changes: Any) -> Estimate:
        fields: dict[str, Any] = {
            "v": 1,
            "epoch": 1,
            "seq": seq,
            "capture_ns": seq * 33_000_000,
            "exam": "e",
            "view": "AR",
            "width": image.shape[1],
            "height": image.shape[0],
            "format": "gray8",
            "spacing_mm": (0.3, 0.3),
        }
        header = FrameHeader(**(fields | changes))
        self._inbox.put_frame(Arrival(header, image.tobytes(), 0))
        taken = self._inbox.take()
        assert isinstance(taken, Taken)
        (estimate,) = self.pipeline.read(taken)
        return estimate


OUTPUTS = {
    "output NaN": float("nan"),
    "output infinite": float("inf"),
    "output below zero": -40.0,
    "output above 100": 250.0,
}


FAILURES = {
    "too slow": OverdueError("an inference took more than 1 s"),
    "cannot be run": RunError("cpu: Fail: an operator failed"),
}


def unaltered(image: Pixels) -> Pixels:
    return image


def in_a_corner(image: Pixels) -> Pixels:
    """A screen with the picture where the centred window does not reach."""
    screen = np.zeros((1000, 1000), np.uint8)
    screen[:300, :300] = image[:300, :300]
    return screen


ALTERED: dict[str, tuple[Callable[[Pixels], Pixels], dict[str, Any]]] = {
    "no view": (unaltered, {"view": None}),
    "no network": (unaltered, {"view": "HR"}),
    "other scale": (unaltered, {"spacing_mm": (0.5, 0.5)}),
    "other size": (lambda image: image[:, 20:].copy(), {}),
    "other format": (lambda image: np.repeat(image[..., None], 3, axis=2), {"format": "rgb8"}),
    "beside the window": (in_a_corner, {"exam": "beside"}),
}
"""How a good picture is altered, and its header."""

KINDS: dict[str, str] = {
    **{kind: reason for kind, (_, reason) in pictures.BAD.items()},
    "repeated": "repeated",
    "frozen": "frozen",
    "no view": "view_unknown",
    "no network": "view_without_model",
    "other scale": "setup_changed",
    "other size": "setup_changed",
    "other format": "setup_changed",
    "beside the window": "outside_crop",
    "far": "out_of_domain",
    "too slow": "overdue",
    "cannot be run": "inference_failed",
    "output NaN": "output_not_finite",
    "output infinite": "output_not_finite",
    "output below zero": "output_out_of_range",
    "output above 100": "output_out_of_range",
}


def frames(bench: Bench, bad: int) -> Iterator[tuple[str, Estimate]]:
    """Bad frames of every kind in turn, now and then a good one between them."""
    for number, kind in zip(range(bad), itertools.cycle(KINDS), strict=False):
        yield kind, bench.bad(kind, number)
        if number % GOOD_EVERY == 0:
            after = bench.good()
            assert (after.reason, after.median_pct) == (None, GOOD_PCT)


@pytest.mark.goal("C2", "10,000 bad frames of every kind: all flagged, none in a median")
def test_every_bad_frame_is_flagged_with_its_reason_and_none_reaches_a_median() -> None:
    bench = Bench()
    found = Counter((kind, estimate.reason) for kind, estimate in frames(bench, BAD_FRAMES))

    assert set(found) == set(KINDS.items())
    assert sum(found.values()) == BAD_FRAMES
    reading = bench.pipeline.end("e")
    assert reading is not None
    summary = reading.views["AR"]
    assert (summary.median_pct, summary.iqr_pct) == (GOOD_PCT, 0.0)
    assert summary.frames == bench.goods
    elsewhere = {kind for kind, (_, changes) in ALTERED.items() if {"view", "exam"} & set(changes)}
    assert set(summary.reasons) == {KINDS[kind] for kind in KINDS if kind not in elsewhere}


def test_every_reason_of_the_table_is_among_them() -> None:
    several_frames = {"wrong_view"}
    assert set(KINDS.values()) | several_frames == set(gate.REASONS)


ELSEWHERE = {*OUTPUTS, *FAILURES, "no view", "no network", "far"}
"""Kinds that something beside `Gate.check` stops."""


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ELSEWHERE])
@pytest.mark.goal("C2", control="without the gate such a frame reaches the median")
def test_without_the_gate_such_a_frame_would_reach_the_median(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    look = Gate().check

    def let_through(self: Gate, *asked: Any) -> None:
        look(*asked)

    monkeypatch.setattr(Gate, "check", let_through)
    bench = Bench()

    assert bench.bad(kind, 1).fat_pct == BAD_PCT
