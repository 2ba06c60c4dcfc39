"""What became of each frame, put together from the clocks of three processes on one host.

The monotonic clock is one for all processes of a Linux host, so times of different processes
may be subtracted.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.answer import Answer, read_answer
from bench.scanner_process import Sent
from bench.statistics import Floats
from bench.viewer_process import Arrival
from edge.contract import topics
from edge.contract.codec import decode_estimate, decode_reading
from edge.contract.messages import Estimate, Reading


@dataclass(frozen=True)
class Timeline:
    """Frames whose answer arrived, in the order of sending; all arrays are as long.

    `e2e_ms` = `to_daemon_ms` + `age_ms` + `to_viewer_ms`, where the last is taken on the wall
    clock (an answer tells no other time) and the first is what is left over.
    """

    seq: NDArray[np.int64]
    sent_ns: NDArray[np.int64]
    e2e_ms: Floats
    age_ms: Floats
    to_viewer_ms: Floats
    stage_ms: dict[str, Floats]

    @property
    def infer_ms(self) -> Floats:
        """Inference, of each frame itself."""
        return self.stage_ms["infer"]

    @property
    def to_daemon_ms(self) -> Floats:
        """From the scanner's send to the contender's receipt."""
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


def join(every_sent: Iterable[Sent], arrivals: Iterable[Arrival], view: str) -> Timeline:
    """Match the scanners' times with the arrivals of one view's answers, by epoch and `seq`.

    A message that the daemon repeats for a late viewer counts the first time only. The order is
    that of sending.
    """
    sent_at: dict[tuple[int, int], int] = {}
    for sent in every_sent:
        for number, sent_ns in enumerate(sent.sent_ns.tolist()):
            sent_at[sent.epoch, sent.first + number] = sent_ns
    found: dict[tuple[int, int], tuple[Arrival, Answer]] = {}
    for arrival in arrivals:
        if not _is(arrival, topics.FAT):
            continue
        answer = read_answer(arrival.data)
        key = answer.epoch, answer.seq
        if key in sent_at and answer.view == view:
            found.setdefault(key, (arrival, answer))
    keys = sorted(found, key=lambda key: (sent_at[key], key))
    return _timeline(keys, [sent_at[key] for key in keys], [found[key] for key in keys])


def _timeline(
    keys: list[tuple[int, int]], sent_at: list[int], rows: list[tuple[Arrival, Answer]]
) -> Timeline:
    sent_ns = np.array(sent_at, np.int64)
    arrived_ns = np.array([arrival.monotonic_ns for arrival, _ in rows], np.int64)
    hop_ns = [arrival.wall_ns - answer.publish_ns for arrival, answer in rows]
    stages = rows[0][1].stage_ms if rows else {"infer": 0.0}
    return Timeline(
        seq=np.array([seq for _, seq in keys], np.int64),
        sent_ns=sent_ns,
        e2e_ms=(arrived_ns - sent_ns) / 1e6,
        age_ms=np.array([answer.age_ms for _, answer in rows]),
        to_viewer_ms=np.array(hop_ns) / 1e6,
        stage_ms={
            stage: np.array([answer.stage_ms[stage] for _, answer in rows]) for stage in stages
        },
    )


def gather(parts: "list[Timeline]") -> Timeline:
    """Several timelines as one; at least one of them."""
    stages = next((part.stage_ms for part in parts if part.seq.size), parts[0].stage_ms)
    full = [part for part in parts if part.seq.size] or parts[:1]
    return Timeline(
        seq=np.concatenate([part.seq for part in full]),
        sent_ns=np.concatenate([part.sent_ns for part in full]),
        e2e_ms=np.concatenate([part.e2e_ms for part in full]),
        age_ms=np.concatenate([part.age_ms for part in full]),
        to_viewer_ms=np.concatenate([part.to_viewer_ms for part in full]),
        stage_ms={
            stage: np.concatenate([part.stage_ms[stage] for part in full]) for stage in stages
        },
    )


def last_estimate(arrivals: Iterable[Arrival]) -> Estimate | None:
    """The daemon's estimate that arrived last, or None."""
    estimates = [arrival for arrival in arrivals if _is(arrival, topics.FAT)]
    return decode_estimate(estimates[-1].data) if estimates else None


def reading(arrivals: Iterable[Arrival]) -> Reading | None:
    """The exam's final reading, or None where none arrived."""
    for arrival in arrivals:
        if _is(arrival, topics.READING):
            return decode_reading(arrival.data)
    return None


def _is(arrival: Arrival, topic: topics.Topic) -> bool:
    return arrival.topic.startswith(f"{topic.name}/")
