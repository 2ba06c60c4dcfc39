"""What became of each frame, put together from the clocks of three processes on one host.

The monotonic clock is one for all processes of a Linux host, so times of different processes
may be subtracted.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.quantiles import Floats
from bench.scanner_process import Sent
from bench.viewer_process import Arrival
from edge.contract import topics
from edge.contract.codec import decode_estimate, decode_reading
from edge.contract.messages import Estimate, Reading


@dataclass(frozen=True)
class Timeline:
    """Frames whose estimate arrived, in the order of their `seq`; all arrays are as long.

    `e2e_ms` = `to_daemon_ms` + `age_ms` + `to_viewer_ms`, where the last is taken on the wall
    clock (the daemon tells no other time) and the first is what is left over.
    """

    seq: NDArray[np.int64]
    sent_ns: NDArray[np.int64]
    e2e_ms: Floats
    age_ms: Floats
    to_viewer_ms: Floats
    stage_ms: dict[str, Floats]

    @property
    def infer_ms(self) -> Floats:
        """Inference in the daemon, of each frame itself."""
        return self.stage_ms["infer"]

    @property
    def to_daemon_ms(self) -> Floats:
        """From the scanner's send to the daemon's receipt."""
        return self.e2e_ms - self.age_ms - self.to_viewer_ms

    @property
    def overhead_ms(self) -> Floats:
        """All that is not inference, frame by frame."""
        return self.e2e_ms - self.infer_ms

    def split(self, warm_up: int) -> tuple["Timeline", "Timeline"]:
        """The first `warm_up` frames sent, and those after them."""
        early = self.seq < warm_up
        return self._where(early), self._where(~early)

    def _where(self, chosen: NDArray[np.bool_]) -> "Timeline":
        return Timeline(
            self.seq[chosen],
            self.sent_ns[chosen],
            self.e2e_ms[chosen],
            self.age_ms[chosen],
            self.to_viewer_ms[chosen],
            {stage: values[chosen] for stage, values in self.stage_ms.items()},
        )


def join(sent: Sent, arrivals: Iterable[Arrival], view: str) -> Timeline:
    """Match the scanner's times with the arrivals of one view's estimates, by epoch and `seq`.

    A message that the daemon repeats for a late viewer counts the first time only.
    """
    found: dict[int, tuple[Arrival, Estimate]] = {}
    for arrival, estimate in _estimates(arrivals):
        if estimate.epoch == sent.epoch and estimate.view == view:
            found.setdefault(estimate.seq, (arrival, estimate))
    rows = [found[seq] for seq in sorted(found)]
    seq = np.array(sorted(found), np.int64)
    sent_ns = sent.sent_ns[seq]
    arrived_ns = np.array([arrival.monotonic_ns for arrival, _ in rows], np.int64)
    hop_ns = [arrival.wall_ns - estimate.publish_ns for arrival, estimate in rows]
    stages = rows[0][1].stage_ms if rows else {}
    return Timeline(
        seq=seq,
        sent_ns=sent_ns,
        e2e_ms=(arrived_ns - sent_ns) / 1e6,
        age_ms=np.array([estimate.age_ms for _, estimate in rows]),
        to_viewer_ms=np.array(hop_ns) / 1e6,
        stage_ms={
            stage: np.array([estimate.stage_ms[stage] for _, estimate in rows]) for stage in stages
        },
    )


def last_estimate(arrivals: Iterable[Arrival]) -> Estimate | None:
    """The estimate that arrived last, or None."""
    estimates = [estimate for _, estimate in _estimates(arrivals)]
    return estimates[-1] if estimates else None


def reading(arrivals: Iterable[Arrival]) -> Reading | None:
    """The exam's final reading, or None where none arrived."""
    for arrival in arrivals:
        if _is(arrival, topics.READING):
            return decode_reading(arrival.data)
    return None


def _estimates(arrivals: Iterable[Arrival]) -> Iterable[tuple[Arrival, Estimate]]:
    for arrival in arrivals:
        if _is(arrival, topics.FAT):
            yield arrival, decode_estimate(arrival.data)


def _is(arrival: Arrival, topic: topics.Topic) -> bool:
    return arrival.topic.startswith(f"{topic.name}/")
