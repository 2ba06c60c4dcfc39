import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from edge.contract.messages import EventKind, FrameInfo
from edge.scanner.pacing import Pace, Tally
from edge.scanner.player import Player, Publisher
from edge.scanner.prefetch import Prefetch
from edge.scanner.source import Pixels, Shot, SourceError


class Notebook:
    """A publisher that writes down what it is given, and when."""

    def __init__(self, receiver_after: int = 0) -> None:
        self.frames: list[tuple[float, FrameInfo, Pixels]] = []
        self.events: list[tuple[float, EventKind]] = []
        self._asked, self._receiver_after = 0, receiver_after

    def frame(self, pixels: Pixels, info: FrameInfo) -> int:
        self.frames.append((time.monotonic(), info, pixels))
        return len(self.frames) - 1

    def event(self, kind: EventKind) -> None:
        self.events.append((time.monotonic(), kind))

    def wait_for_receiver(self, timeout_s: float) -> bool:
        time.sleep(min(timeout_s, 0.01))
        self._asked += 1
        return self._asked > self._receiver_after


def shots(count: int, gap_s: float) -> Iterator[Shot]:
    for frame in range(count):
        pixels = np.full((20, 30, 3), frame, np.uint8)
        yield Shot(pixels, "bgr8", frame * gap_s, "AR", (0.3, 0.4), 7)


def play(publisher: Publisher, source: Iterator[Shot], pace: Pace) -> Tally:
    player = Player(publisher, lambda: False)
    with Prefetch(source) as ahead:
        player.play(ahead, pace, lambda _: None)
    player.end()
    return player.tally


def test_frames_carry_what_the_shot_says() -> None:
    notebook = Notebook()
    before_ns = time.time_ns()
    play(notebook, shots(3, 0.0), "original")
    for number, (_, info, pixels) in enumerate(notebook.frames):
        assert before_ns <= info.capture_ns <= time.time_ns()
        assert (info.width, info.height, info.format) == (30, 20, "bgr8")
        assert (info.view, info.spacing_mm, info.hold) == ("AR", (0.3, 0.4), 7)
        assert pixels[0, 0, 0] == number


def test_no_frame_goes_before_it_is_due_and_errors_do_not_add_up() -> None:
    notebook = Notebook()
    tally = play(notebook, shots(30, 0.01), "original")
    start_s = notebook.frames[0][0]
    late_s = [at - start_s - 0.01 * n for n, (at, _, _) in enumerate(notebook.frames)]
    # The first frame itself goes a little after the start that the others count from.
    assert min(late_s) > -0.01
    assert float(np.median(late_s)) < 0.05
    assert tally.frames == 30


def test_capture_times_are_those_of_the_schedule_however_late_a_frame_goes() -> None:
    notebook = Notebook()

    def stalls() -> Iterator[Shot]:
        for shot in shots(20, 0.02):
            if shot.pixels[0, 0, 0] == 12:
                time.sleep(0.4)
            yield shot

    tally = play(notebook, stalls(), "original")
    gaps_ms = np.diff([info.capture_ns for _, info, _ in notebook.frames]) / 1e6
    assert gaps_ms == pytest.approx([20] * 19, abs=10)
    assert tally.worst_late_ns > 50_000_000


def test_fast_frames_go_without_waiting() -> None:
    notebook = Notebook()
    tally = play(notebook, shots(200, 10.0), "fast")
    assert (tally.frames, tally.worst_late_ns) == (200, 0)


def test_a_rate_overrides_the_source_s_times() -> None:
    notebook = Notebook()
    tally = play(notebook, shots(11, 100.0), 100.0)
    assert tally.frames == 11
    assert 0.08 < tally.seconds < 2


def test_the_status_comes_every_second_and_the_end_last() -> None:
    notebook = Notebook()
    play(notebook, shots(3, 1.1), "original")
    kinds = [kind for _, kind in notebook.events]
    assert kinds == ["status"] * 4 + ["exam_end"]
    times_s = [at for at, _ in notebook.events[:3]]
    assert np.diff(times_s) == pytest.approx([1, 1], abs=0.3)


def test_waiting_ends_when_a_receiver_comes_and_sends_a_status() -> None:
    notebook = Notebook(receiver_after=3)
    assert Player(notebook, lambda: False).wait(60)
    assert [kind for _, kind in notebook.events] == ["status"]


def test_waiting_in_vain_says_so() -> None:
    assert not Player(Notebook(receiver_after=10**6), lambda: False).wait(0.05)


@pytest.mark.parametrize("gap_s", [0.0, 1000.0])
def test_a_stop_ends_it_within_a_nap(gap_s: float) -> None:
    stop = threading.Event()
    player = Player(Notebook(), stop.is_set)
    with Prefetch(shots(10**9, gap_s)) as ahead:
        player.play(ahead, "original", lambda tally: stop.set() if tally.frames >= 1 else None)
    assert player.tally.frames == 1


def test_a_source_that_breaks_off_is_reported_after_its_frames() -> None:
    def breaks() -> Iterator[Shot]:
        yield from shots(3, 0.0)
        raise SourceError("clip: cut short")

    notebook = Notebook()
    with pytest.raises(SourceError, match="cut short"):
        play(notebook, breaks(), "original")
    assert len(notebook.frames) == 3
