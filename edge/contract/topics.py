"""One table of topics: who sends what, how often."""

from typing import Literal, NamedTuple

import msgspec

from edge.contract.messages import Estimate, Event, FrameHeader, Reading, Status


class Topic(NamedTuple):
    """A row of the table. `rate_hz`: nominal; 0 where the message comes on an occasion."""

    name: str
    direction: Literal["scanner to daemon", "daemon to viewers"]
    rate_hz: float
    message: type[msgspec.Struct]
    parts: int


FRAME = Topic("frame", "scanner to daemon", 30.0, FrameHeader, 3)
EVENT = Topic("event", "scanner to daemon", 1.0, Event, 2)
FAT = Topic("fat", "daemon to viewers", 30.0, Estimate, 2)
READING = Topic("reading", "daemon to viewers", 0.0, Reading, 2)
STATUS = Topic("status", "daemon to viewers", 1.0, Status, 2)

TOPICS: dict[str, Topic] = {row.name: row for row in (FRAME, EVENT, FAT, READING, STATUS)}

SILENCE_S = 2.0
"""A viewer that hears neither an estimate nor a status for this long must blank the number."""


def fat(scanner: str, view: str | None) -> str:
    """Topic of the estimates of one scanner and view; "?" where the view is not known."""
    return f"{FAT.name}/{scanner}/{view or '?'}"


def reading(scanner: str) -> str:
    """Topic of the final readings of one scanner."""
    return f"{READING.name}/{scanner}"


def status(scanner: str) -> str:
    """Topic of the daemon's status for one scanner."""
    return f"{STATUS.name}/{scanner}"
