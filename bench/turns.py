"""Contenders under load in random turns: what budgets, comparisons and peers are measured by."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from bench import timeline
from bench.case import Case, Fps
from bench.contender import Contender
from bench.errors import BenchError, ContenderError
from bench.progress import Told
from bench.rig import Rig, Seen
from bench.timeline import Timeline

WARM_UP = 2
"""Turns of each contender that are not counted."""


@dataclass
class Turns:
    """One contender's turns: their timelines, and what else was seen of each."""

    contender: Contender
    parts: list[Timeline] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)

    @property
    def whole(self) -> Timeline:
        """All turns as one."""
        return timeline.gather(self.parts)

    def medians(self, name: str) -> list[float]:
        """Median of each turn of "e2e_ms", "infer_ms", "overhead_ms" or another array."""
        return [float(np.median(getattr(part, name))) for part in self.parts]

    def quantiles(self, name: str, percent: float) -> list[float]:
        """A percentile of each turn of one of those arrays."""
        return [float(np.percentile(getattr(part, name), percent)) for part in self.parts]

    @property
    def cpu_ms(self) -> float:
        """CPU time of a frame."""
        return 1e3 * sum(one.cpu_s for one in self.seen) / max(1, self.sent)

    @property
    def sent(self) -> int:
        """Frames."""
        return sum(one.frames for one in self.seen)

    @property
    def answered(self) -> int:
        """Frames whose answer came."""
        return sum(part.seq.size for part in self.parts)

    @property
    def fps(self) -> list[float]:
        """Answers a second of each turn, from the first frame's sending to the last answer."""
        return [
            part.seq.size * 1e9 / float((part.sent_ns + part.e2e_ms * 1e6).max() - part.sent_ns[0])
            for part in self.parts
        ]


def take_turns(
    case: Case, contenders: Sequence[Contender], rounds: int, frames: int, told: Told
) -> list[Turns]:
    """Run all contenders at once and load them in turns of `frames` frames, `rounds` times.

    Raises:
        ContenderError: one of them did not start, ended early, or left whole turns unanswered.
        BenchError: no turn was answered by all.
    """
    with Rig(case, contenders, lambda part: told(part, 0)) as rig:
        return load_in_turns(rig, range(len(contenders)), rounds, frames, told)


Take = Callable[[Sequence[Contender]], list[Turns]]


def without_the_lost(
    take: Take, base: Contender, others: Sequence[Contender]
) -> tuple[list[Turns], dict[str, str]]:
    """Turns of `base` and of those of the others that last, and why the rest did not, by name.

    Where one ends or falls silent, all are measured anew without it: a machine on which a program
    was dying is not the one that the others are compared on.

    Raises:
        BenchError: as `take` raises it; of the base always.
    """
    lost: dict[str, str] = {}
    while True:
        left = [base, *(one for one in others if one.name not in lost)]
        try:
            return take(left), lost
        except ContenderError as error:
            if error.name not in {one.name for one in left[1:]}:
                raise
            lost[error.name] = f"failed: {error}"


def load_in_turns(
    rig: Rig,
    places: Sequence[int],
    rounds: int,
    frames: int,
    told: Told,
    fps: Fps | None = None,
) -> list[Turns]:
    """The same for some of the contenders of a rig that is up already, by their numbers.

    `fps`: None is the case's.
    """
    found = {place: Turns(rig.contenders[place]) for place in places}
    order = list(places)
    shuffle = random.Random(1)
    left_out = 0
    for number in range(WARM_UP + rounds):
        shuffle.shuffle(order)
        turn = {place: _one(rig, place, frames, fps) for place in order}
        silent = [place for place in order if not turn[place][0].seq.size]
        if silent:
            left_out += 1
            _check_silence(rig.contenders[silent[0]].name, left_out, rounds)
        elif number >= WARM_UP:
            for place in order:
                found[place].parts.append(turn[place][0])
                found[place].seen.append(turn[place][1])
        told("in turns", number + 1)
    if not found[order[0]].parts:
        raise BenchError("no turn was answered by all; the machine is too busy")
    return [found[place] for place in places]


def _one(rig: Rig, place: int, frames: int, fps: Fps | None) -> tuple[Timeline, Seen]:
    seen = rig.burst(place, frames, fps)
    return timeline.join(seen.sent, seen.arrivals, rig.case.view), seen


def _check_silence(name: str, times: int, rounds: int) -> None:
    """A turn that one left unanswered counts for nobody; too many are an end."""
    if times > WARM_UP + rounds // 4:
        raise ContenderError(name, f"left a whole turn unanswered, the {times}th of {rounds}")
