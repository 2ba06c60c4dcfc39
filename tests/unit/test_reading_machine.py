"""Frames in any order from two scanners, against a plain oracle: duplicates, gaps, freezes, NaN."""

import threading
from collections.abc import Callable
from random import Random
from typing import Any, ClassVar

import cv2
import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from numpy.typing import NDArray

from edge.contract.crop import CropSpec
from edge.contract.grading import VIEWS
from edge.contract.interval import IntervalTable
from edge.contract.messages import FrameHeader, ModelInfo
from edge.inbox import Arrival, Freeze, Inbox, Taken
from edge.pipeline import Pipeline
from edge.reading.boundaries import Boundaries
from tests.reading_oracle import Oracle, Shown

SIDE_PX = 72
FEW, MANY = 4_000, 10_000
"""Frames, over all examples, in a minute and in a soak."""

FRAME_NS, RUSH_NS, PAUSE_NS, HOUR_NS = 120_000_000, 35_000_000, 2_000_000_000, 3_600_000_000_000


def place(seed: int) -> NDArray[np.uint8]:
    """A bright picture that is not like that of another seed."""
    noise = np.random.default_rng(seed).integers(0, 255, (SIDE_PX, SIDE_PX)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 4)
    return np.asarray(cv2.normalize(smooth, None, 60, 200, cv2.NORM_MINMAX), np.uint8)  # type: ignore[call-overload]


PLACES = (place(1), place(2))
BLACK = np.zeros((SIDE_PX, SIDE_PX), np.uint8)


def pixels(frame: Shown) -> bytes:
    """The picture of a frame; its number stands in one corner."""
    image = (BLACK if frame.black else PLACES[frame.place]).copy()
    image[-1, -4:] = np.frombuffer(frame.picture.to_bytes(4, "big"), np.uint8)
    return image.tobytes()


class Network:
    """Says of each frame what it is told; of two, their mean."""

    crop = CropSpec(size=SIDE_PX)
    views = VIEWS
    pairs = True
    heads = None
    intervals: ClassVar[dict[str, IntervalTable]] = {}
    info = ModelInfo(name="t", version="0", sha256="0" * 64, provider="cpu", precision="fp32")
    says_pct = 0.0

    def infer(self, *_: object) -> tuple[float, NDArray[Any]]:
        counted = round(max(self.says_pct, 0.0) * 100) / 100 if self.says_pct < 1e6 else 0.0
        return self.says_pct, np.array([counted])

    def infer_pair(self, ar: NDArray[Any], hr: NDArray[Any]) -> float:
        return float((ar[0] + hr[0]) / 2)


class Scanner:
    """A scanner, its pipeline and its oracle."""

    def __init__(self) -> None:
        self.network, self.oracle = Network(), Oracle()
        self.pipeline = Pipeline("room", self.network, lambda: 0)  # type: ignore[arg-type]
        self.epoch = self.seq = self.now_ns = self.picture = 0
        self.step_ns = FRAME_NS
        self._inbox = Inbox(threading.Condition())

    def send(self, frame: Shown) -> None:
        """One frame; AssertionError where the pipeline and the oracle differ."""
        self.network.says_pct = frame.says_pct
        self._inbox.put_frame(Arrival(_header(frame), pixels(frame), 0))
        taken = self._inbox.take()
        estimates = list(self.pipeline.read(taken)) if isinstance(taken, Taken) else []
        expected = self.oracle.frame(frame)
        said = [
            {key: getattr(estimate, key) for key in fields}
            for estimate, fields in zip(estimates, expected, strict=True)
        ]
        assert said == expected

    def freeze(self, *, frozen: bool) -> None:
        self.pipeline.freeze(Freeze(self.epoch, frozen))
        self.oracle.freeze(self.epoch, frozen=frozen)

    def end(self, exam: str) -> None:
        reading, expected = self.pipeline.end(exam), self.oracle.end(exam)
        assert (reading is None) == (expected is None)
        if reading is not None and expected is not None:
            assert set(reading.views) == set(expected)
            for view, fields in expected.items():
                said = {key: getattr(reading.views[view], key) for key in fields}
                assert said == fields


def _header(frame: Shown) -> FrameHeader:
    return FrameHeader(
        v=1,
        epoch=frame.epoch,
        seq=frame.seq,
        capture_ns=frame.capture_ns,
        exam=frame.exam,
        view=frame.view,  # type: ignore[arg-type]
        width=SIDE_PX,
        height=SIDE_PX,
        format="gray8",
        spacing_mm=frame.setup,
        hold=frame.hold,
    )


USUAL = (0.3, 0.3)
mostly_usual = st.sampled_from([USUAL] * 8 + [(0.4, 0.4), None])
ODD_PCT = (float("nan"), float("inf"), -5.01, -5.0, -0.3, 100.0, 100.01, 0.005, 2.675)


def said_pct(seed: int, count: int) -> list[float]:
    """What the network says of frames in a row: near one value, now and then something odd."""
    random = Random(seed)
    level = random.uniform(0, 40)
    return [
        random.choice(ODD_PCT) if random.random() < 0.1 else level + random.uniform(0, 2)
        for _ in range(count)
    ]


class Machine(RuleBasedStateMachine):
    """Two scanners with the same exam ids."""

    frames: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        self.scanners = (Scanner(), Scanner())

    @rule(
        which=st.integers(0, 1),
        exam=st.sampled_from(["e1", "e1", "e1", "e2"]),
        view=st.sampled_from(["AR", "AR", "AR", "HR", "HR", None]),
        seed=st.integers(0, 10_000),
        count=st.integers(1, 60),
        where=st.integers(0, 1),
        setup=mostly_usual,
        hold=st.sampled_from([None, None, None, 1, 2]),
        step_ns=st.sampled_from([FRAME_NS, FRAME_NS, RUSH_NS]),
        pause_ns=st.sampled_from([FRAME_NS] * 6 + [PAUSE_NS, -HOUR_NS]),
    )
    def run(self, which: int, exam: str, view: str | None, **how: Any) -> None:
        """Frames one after the other."""
        scanner = self.scanners[which]
        scanner.step_ns = how["step_ns"]
        scanner.now_ns += how["pause_ns"]
        for value in said_pct(how["seed"], how["count"]):
            self._next(scanner, exam, view, value, **how)

    @rule(which=st.integers(0, 1), count=st.integers(1, 14), black=st.booleans())
    def stand_still(self, which: int, count: int, *, black: bool) -> None:
        """The same picture again, or a black one, over and over."""
        scanner = self.scanners[which]
        scanner.picture += 1
        for _ in range(count):
            frame = self._shown(scanner, "e1", "AR", 7.0, black=black)
            self._send(scanner, frame)

    @rule(which=st.integers(0, 1), back=st.integers(0, 5))
    def repeat_a_number(self, which: int, back: int) -> None:
        """A duplicate, or a frame that comes late."""
        scanner = self.scanners[which]
        frame = self._shown(scanner, "e1", "AR", 50.0)
        self._send(scanner, frame._replace(seq=max(0, scanner.seq - 1 - back)))

    @rule(which=st.integers(0, 1), lost=st.integers(1, 100))
    def lose(self, which: int, lost: int) -> None:
        """Frames that never come."""
        self.scanners[which].seq += lost

    @rule(which=st.integers(0, 1), frozen=st.booleans())
    def freeze(self, which: int, *, frozen: bool) -> None:
        """The scanner's own word."""
        self.scanners[which].freeze(frozen=frozen)

    @rule(which=st.integers(0, 1))
    def start_again(self, which: int) -> None:
        """Another process of the scanner."""
        self.scanners[which].epoch += 1
        self.scanners[which].seq = 0

    @rule(which=st.integers(0, 1), exam=st.sampled_from(["e1", "e2"]))
    def end(self, which: int, exam: str) -> None:
        """The end of an exam."""
        self.scanners[which].end(exam)

    def _next(
        self, scanner: Scanner, exam: str, view: str | None, value: float, **how: Any
    ) -> None:
        scanner.picture += 1
        frame = self._shown(scanner, exam, view, value)
        frame = frame._replace(place=how["where"], setup=how["setup"], hold=how["hold"])
        self._send(scanner, frame)

    def _shown(
        self, scanner: Scanner, exam: str, view: str | None, value: float, *, black: bool = False
    ) -> Shown:
        return Shown(
            exam=exam,
            view=view,
            epoch=scanner.epoch,
            seq=scanner.seq,
            capture_ns=scanner.now_ns,
            hold=None,
            setup=USUAL,
            picture=scanner.picture,
            place=0,
            black=black,
            says_pct=value,
        )

    def _send(self, scanner: Scanner, frame: Shown) -> None:
        scanner.send(frame)
        scanner.seq = max(scanner.seq, frame.seq + 1)
        scanner.now_ns += scanner.step_ns
        Machine.frames += 1


EXAMPLES = settings(
    max_examples=26,
    stateful_step_count=50,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
)


def test_frames_in_any_order_are_read_as_the_oracle_says() -> None:
    Machine.frames = 0
    run_state_machine_as_test(Machine, settings=EXAMPLES)

    assert Machine.frames >= FEW


@pytest.mark.soak
@pytest.mark.timeout(900)
@pytest.mark.goal("C3", "10,000 frames in any order, doubled, with gaps: as the oracle says")
def test_ten_thousand_frames_in_any_order_are_read_as_the_oracle_says() -> None:
    Machine.frames = 0
    run_state_machine_as_test(Machine, settings=settings(EXAMPLES, max_examples=100))

    assert Machine.frames >= MANY


def _never(_self: Boundaries, _moment: object) -> bool:
    return False


@pytest.mark.parametrize(
    ("target", "name", "instead"),
    [
        ("edge.reading.boundaries.Boundaries", "begins", _never),
        ("edge.gate.stillness.Stillness", "check", lambda *_: None),
        ("edge.ledger.EpochLedger", "frame", lambda *_: True),
    ],
    ids=["holds that never end", "repeats that pass", "duplicates that pass"],
)
@pytest.mark.goal("C3", control="the oracle tells of faults put in")
def test_the_oracle_would_tell_of(
    target: str, name: str, instead: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control."""
    monkeypatch.setattr(f"{target}.{name}", instead)
    quick = settings(EXAMPLES, phases=[Phase.generate], print_blob=False, max_examples=15)

    with pytest.raises((AssertionError, ValueError, ExceptionGroup)):
        run_state_machine_as_test(Machine, settings=quick)
