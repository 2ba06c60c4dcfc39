"""What a measurement reads of an answer: the part of an estimate that a peer can give as well."""

import msgspec


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One frame's answer; the fields mean what they mean in the daemon's `Estimate`."""

    epoch: int
    seq: int
    view: str
    fat_pct: float | None
    publish_ns: int
    """Unix ns."""
    age_ms: float
    """From the frame's receipt to this answer's publishing."""
    stage_ms: dict[str, float]
    """"infer" among them."""


def read_answer(data: bytes) -> Answer:
    """An answer from a message on a `fat/` topic; msgspec.DecodeError where it is none."""
    return msgspec.msgpack.decode(data, type=Answer)
