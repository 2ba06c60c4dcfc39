"""Plays an exam's clips into a pipeline of its own, one frame after the other."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

from edge.contract.messages import PROTOCOL_VERSION, Estimate, FrameHeader, LedgerCounts, Reading
from edge.inbox import Arrival, Inbox, Taken
from edge.offline.exams import OfflineExam
from edge.pipeline import Pipeline
from edge.reading import RuleId
from edge.runner import Runner
from edge.scanner.playlist import Overrides, play_all
from edge.scanner.prefetch import Prefetch
from edge.scanner.source import Shot

EPOCH = 0


class Played(NamedTuple):
    """What came of an exam. `unknown`: frames of no known view, by reason."""

    reading: Reading
    unknown: Counter[str]


class Offline:
    """Reads exams, each as a scanner of its own that has never been heard before.

    So what is read of one does not depend on what was read before it.
    """

    def __init__(self, runner: Runner, scanner: str, rule: RuleId, overrides: Overrides) -> None:
        self._runner = runner
        self._scanner = scanner
        self._rule: RuleId = rule
        self._overrides = overrides

    def read(self, exam: OfflineExam, told: Callable[[], bool]) -> Played:
        """Every frame of an exam; `told` is called after each and ends it early with True.

        Raises:
            SourceError: a clip broke off.
        """
        pipeline = self._new_pipeline()
        ledger, unknown = LedgerCounts(), Counter[str]()
        for estimate in self._estimates(exam, pipeline, told):
            ledger = estimate.ledger
            if estimate.view is None:
                unknown[estimate.reason or ""] += 1
        reading = pipeline.end(exam.exam) or self._without_views(exam.exam, ledger)
        return Played(reading, unknown)

    def estimates(self, exam: OfflineExam, told: Callable[[], bool]) -> Iterator[Estimate]:
        """What the daemon would publish of each frame; `told` and errors as in `read`."""
        return self._estimates(exam, self._new_pipeline(), told)

    def _new_pipeline(self) -> Pipeline:
        # Nothing of the reading comes from a clock; the stages' times are nobody's here.
        return Pipeline(self._scanner, self._runner, lambda: 0, self._rule)

    def _without_views(self, exam: str, ledger: LedgerCounts) -> Reading:
        return Reading(
            scanner=self._scanner,
            exam=exam,
            pub_epoch=0,
            pub_seq=0,
            publish_ns=0,
            views={},
            ledger=ledger,
            model=self._runner.info,
        )

    def _estimates(
        self, exam: OfflineExam, pipeline: Pipeline, told: Callable[[], bool]
    ) -> Iterator[Estimate]:
        inbox = Inbox(threading.Condition())
        playlist = play_all(exam.parts, loop=False, overrides=self._overrides)
        with Prefetch(playlist) as shots:
            seq = 0
            while not shots.finished:
                shot = shots.take(1.0)
                if shot is None:
                    continue
                inbox.put_frame(_arrival(shot, exam.exam, seq))
                seq += 1
                taken = inbox.take()
                if isinstance(taken, Taken):
                    yield from pipeline.read(taken)
                if told():
                    return


def _arrival(shot: Shot, exam: str, seq: int) -> Arrival:
    """A shot as the daemon receives it, captured at its time in the file."""
    height, width = shot.pixels.shape[:2]
    header = FrameHeader(
        v=PROTOCOL_VERSION,
        epoch=EPOCH,
        seq=seq,
        capture_ns=round(shot.time_s * 1e9),
        exam=exam,
        view=shot.view,
        width=width,
        height=height,
        format=shot.format,
        spacing_mm=shot.spacing_mm,
        hold=shot.hold,
    )
    return Arrival(header, shot.pixels.data.cast("B"), header.capture_ns)
