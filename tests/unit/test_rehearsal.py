"""When a frame's way is rehearsed, and that nothing but caches can tell that it was."""

import itertools
import threading
import time
from collections.abc import Callable
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest

from edge.contract.bundle import read_bundle
from edge.contract.messages import Estimate, FrameHeader
from edge.daemon import Daemon, Scanner
from edge.inbox import Arrival, Inbox, Taken
from edge.journal.outlet import Direct
from edge.pipeline import Pipeline
from edge.rehearsal import LEAD_NS, Rehearsal
from edge.runner import Runner
from tests.bundles import TRUST, Line, make_bundle

MS = 1_000_000
PERIOD_NS = 33 * MS
LEAD_MS = LEAD_NS / MS


@pytest.fixture(scope="module")
def runner(tmp_path_factory: pytest.TempPathFactory) -> Runner:
    path: Path = tmp_path_factory.mktemp("models") / "bundle"
    make_bundle(path, ar=Line(0.1), hr=Line(0.2))
    return Runner(read_bundle(path, TRUST), "cpu")


def header(seq: int) -> FrameHeader:
    return FrameHeader(
        v=1,
        epoch=1,
        seq=seq,
        capture_ns=seq * PERIOD_NS,
        exam="e1",
        view="AR" if seq % 7 else "HR",
        width=400,
        height=400,
        format="gray8",
        spacing_mm=None,
    )


def pixels(seq: int) -> bytes:
    """A lit frame; some come twice and some are black, which the gate remembers."""
    shown = seq - (seq % 10 == 3)
    image = np.full((400, 400), 0 if seq % 11 == 5 else 60 + shown % 9, np.uint8)
    image[200, 100 + shown] += 1
    return image.tobytes()


def left_ms(rehearsal: Rehearsal, last_ns: int, now_ns: int) -> int | None:
    return rehearsal.left_ms(last_ns, PERIOD_NS, now_ns)


def test_is_due_a_little_before_the_next_of_frames_that_come_evenly() -> None:
    rehearsal = Rehearsal()
    inbox = Inbox(threading.Condition())
    inbox.put_frame(Arrival(header(0), pixels(0), PERIOD_NS * 10))
    # One frame tells no pace.
    assert rehearsal.left_ms(inbox.frame_ns, inbox.every_ns, inbox.frame_ns) is None
    last_ns = PERIOD_NS * 11
    assert left_ms(rehearsal, last_ns, last_ns) == -(-(33 - LEAD_MS) // 1)
    assert left_ms(rehearsal, last_ns, last_ns + 30 * MS) == 1
    assert left_ms(rehearsal, last_ns, last_ns + PERIOD_NS - LEAD_NS) == 0
    assert left_ms(rehearsal, last_ns, last_ns + PERIOD_NS - 1) == 0
    assert left_ms(rehearsal, last_ns, last_ns + PERIOD_NS) is None  # the frame is overdue
    assert left_ms(rehearsal, last_ns, last_ns + PERIOD_NS - LEAD_NS) is None


def test_is_done_once_for_each_frame(runner: Runner) -> None:
    world = World(runner)
    world.read(0)
    rehearsal = Rehearsal()
    due_ns = 3 * PERIOD_NS - LEAD_NS
    assert left_ms(rehearsal, 2 * PERIOD_NS, due_ns) == 0
    assert world.pipeline.newest is not None
    rehearsal.go(*world.pipeline.newest, runner.views)
    assert left_ms(rehearsal, 2 * PERIOD_NS, due_ns) is None
    assert left_ms(rehearsal, 3 * PERIOD_NS, due_ns + PERIOD_NS) == 0


@pytest.mark.parametrize("period_ms", [5, 9, 250, 60_000])
def test_is_left_out_where_frames_come_in_a_rush_or_hardly(period_ms: int) -> None:
    rehearsal = Rehearsal()
    period_ns = period_ms * MS
    for number in range(1, 5):
        at_ns = number * period_ns
        assert rehearsal.left_ms(at_ns, period_ns, at_ns + period_ns - LEAD_NS) is None


class World:
    """A pipeline with a clock of its own."""

    def __init__(self, runner: Runner) -> None:
        self.now = itertools.count(0, MS)
        self.pipeline = Pipeline("room1", runner, lambda: next(self.now))
        self.inbox = Inbox(threading.Condition())

    def read(self, seq: int) -> list[Estimate]:
        self.inbox.put_frame(Arrival(header(seq), pixels(seq), next(self.now)))
        taken = self.inbox.take()
        assert isinstance(taken, Taken)
        return list(self.pipeline.read(taken))


def test_changes_no_estimate(runner: Runner) -> None:
    """Frames that repeat, turn black and change their view, rehearsed in one of two worlds."""
    alone, rehearsed, rehearsal = World(runner), World(runner), Rehearsal()
    reasons = set()
    for seq in range(60):
        estimates = alone.read(seq)
        assert rehearsed.read(seq) == estimates
        reasons |= {estimate.reason for estimate in estimates}
        assert rehearsed.pipeline.newest is not None
        for _ in range(2):
            rehearsal.go(*rehearsed.pipeline.newest, runner.views)
    # Else the gate would have had nothing to remember.
    assert reasons >= {None, "repeated", "black"}
    assert rehearsed.pipeline.end("e1") == alone.pipeline.end("e1")


def test_does_go_through_the_gate_and_the_inbox(
    runner: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control of the test above: a rehearsal of nothing would pass it."""
    world, rehearsal = World(runner), Rehearsal()
    world.read(0)
    gate, inbox = Mock(wraps=rehearsal._gate), Mock(wraps=rehearsal._inbox)
    monkeypatch.setattr(rehearsal, "_gate", gate)
    monkeypatch.setattr(rehearsal, "_inbox", inbox)
    assert world.pipeline.newest is not None
    rehearsal.go(*world.pipeline.newest, runner.views)
    assert gate.check.call_count == inbox.put_frame.call_count == inbox.take.call_count == 1


class Feed:
    """In place of sockets: a wait ends by the next frames of a steady stream, or by its time.

    `at_once`: so many come together.
    """

    def __init__(self, inboxes: list[Inbox], frames: int, at_once: int) -> None:
        self._inboxes, self._frames, self._at_once = inboxes, frames, at_once
        self.when_done: Callable[[], None] | None = None
        self._seq = 0
        self._due_ns = time.monotonic_ns() + PERIOD_NS

    def wait(self, longest_ms: int, busy: Callable[[], bool], **_: bool) -> None:
        if busy():
            return
        left_ns = self._due_ns - time.monotonic_ns()
        time.sleep(max(0, min(longest_ms * MS, left_ns)) / 1e9)
        if time.monotonic_ns() < self._due_ns:
            return
        for _ in range(self._at_once):
            for inbox in self._inboxes:
                arrival = Arrival(header(self._seq), pixels(self._seq), time.monotonic_ns())
                inbox.put_frame(arrival)
            self._seq += 1
        self._due_ns += PERIOD_NS
        if self._seq >= self._frames and self.when_done:
            self.when_done()

    def wake(self) -> None:
        pass


@pytest.mark.parametrize(("scanners", "at_once"), [(1, 1), (1, 3), (2, 1)])
def test_the_loop_rehearses_for_one_scanner(
    runner: Runner, scanners: int, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the frames of one, each time once at most; never in a rush, nor for two in turns."""
    rehearsed: list[int] = []
    monkeypatch.setattr(Rehearsal, "go", lambda _, header, *__: rehearsed.append(header.seq))
    inboxes = [Inbox(threading.Condition()) for _ in range(scanners)]
    names = [f"room{number}" for number in range(scanners)]
    read = [
        Scanner(name, inbox, Pipeline(name, runner, time.monotonic_ns))
        for name, inbox in zip(names, inboxes, strict=True)
    ]
    feed = Feed(inboxes, 40, at_once)
    outlet = Direct(Mock(publish=lambda _topic, message, _received_ns: message))
    clock = Mock(offset_ms=None)
    daemon = Daemon(Mock(), outlet, feed, Mock(), clock)  # type: ignore[arg-type]
    feed.when_done = daemon.stop
    daemon.listen(read, exam_idle_s=60)
    daemon.run(lambda: None)
    daemon.crew.close()
    assert sum(scanner.tally.estimates.total() for scanner in read) >= 30
    if scanners == at_once == 1:
        assert rehearsed
        assert rehearsed == sorted(set(rehearsed))
    else:
        assert not rehearsed
