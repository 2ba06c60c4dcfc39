"""What docs/protocol.md says must become of a message, in plain Python and nothing of the project.

It judges messages one by one, as they are sent, and keeps the ledger that a daemon must publish.
"""

import math
import re
from dataclasses import dataclass, field
from typing import Any, Literal

import msgpack

Verdict = Literal["garbage", "invalid", "duplicate", "frame", "broken picture", "event"]

TOP = 2**63 - 1
HORIZON = 10_000
"""How far ahead a refused message's number is believed."""

CHANNELS = {"gray8": 1, "rgb8": 3, "bgr8": 3, "rgba8": 4}
EVENTS = ("status", "freeze", "unfreeze", "exam_end")


@dataclass
class Epoch:
    """Ledger of one epoch; the reader keeps up, so that nothing is overwritten."""

    first: int | None = None
    highest: int = -1
    read: int = 0
    gated: int = 0
    invalid: int = 0
    missing: int = 0
    duplicate: int = 0

    def advance(self, seq: int) -> bool:
        if self.first is None:
            self.first = seq
        elif seq <= self.highest:
            return False
        else:
            self.missing += seq - self.highest - 1
        self.highest = seq
        return True


ODD_FRAMES = 5
"""Frames of another setup in a row of which the last is taken for the exam's."""


@dataclass
class Setups:
    """How the frames of each exam and view are taken: an odd one is not read."""

    known: dict[tuple[str, str], tuple[Any, Any, int]] = field(default_factory=dict)

    def is_odd(self, fields: dict[str, Any]) -> bool:
        key = (fields["exam"], fields["view"])
        setup = [fields[name] for name in ("width", "height", "format", "spacing_mm")]
        present, candidate, seen = self.known.get(key, (setup, None, 0))
        if setup == present:
            self.known[key] = (present, None, 0)
            return False
        seen = seen + 1 if setup == candidate else 1
        if seen == ODD_FRAMES:
            present, setup, seen = setup, None, 0
        self.known[key] = (present, setup, seen)
        return seen > 0

    def forget(self, exam: str) -> None:
        self.known = {key: value for key, value in self.known.items() if key[0] != exam}


@dataclass
class Oracle:
    """Verdicts and ledgers.

    `pictures`: the compressed pictures, with their format, that are good; all are of `side_px`.
    """

    pictures: set[tuple[str, bytes]]
    side_px: int
    garbage: int = 0
    present: int | None = None
    epochs: dict[int, Epoch] = field(default_factory=dict)
    frozen: int | None = None
    """The epoch that said it froze."""
    setups: Setups = field(default_factory=Setups)

    def judge(self, parts: tuple[bytes, ...]) -> Verdict:
        """Verdict on one message, which is counted."""
        if (parts[0], len(parts)) == (b"frame", 3):
            return self._frame(parts[1], parts[2])
        if (parts[0], len(parts)) == (b"event", 2):
            return self._event(parts[1])
        return self._refuse({})

    def ledger(self, epoch: int) -> dict[str, int]:
        """What the daemon must say of an epoch."""
        found = self.epochs[epoch]
        first = found.highest + 1 if found.first is None else found.first
        return {
            "sent": found.highest - first + 1,
            "read": found.read,
            "gated": found.gated,
            "overwritten": 0,
            "invalid": found.invalid,
            "missing": found.missing,
            "duplicate": found.duplicate,
            "garbage": self.garbage,
        }

    def _frame(self, header: bytes, pixels: bytes) -> Verdict:
        fields = readable(header)
        if not is_frame(fields) or not fits(fields, pixels):
            return self._refuse(fields)
        epoch = self._of(fields["epoch"])
        if not epoch.advance(fields["seq"]):
            epoch.duplicate += 1
            return "duplicate"
        if fields["format"] not in CHANNELS and not self._is_good_picture(fields, pixels):
            epoch.invalid += 1
            return "broken picture"
        if fields["view"] is None or self.setups.is_odd(fields) or self.frozen == fields["epoch"]:
            epoch.gated += 1
        else:
            epoch.read += 1
        return "frame"

    def _is_good_picture(self, fields: dict[str, Any], pixels: bytes) -> bool:
        good = (fields["format"], pixels) in self.pictures
        return good and fields["width"] == fields["height"] == self.side_px

    def _event(self, data: bytes) -> Verdict:
        fields = readable(data)
        if not is_event(fields):
            return self._refuse(fields)
        epoch = self._of(fields["epoch"])
        if epoch.first is not None and fields["last_seq"] > epoch.highest:
            epoch.missing += fields["last_seq"] - epoch.highest
            epoch.highest = fields["last_seq"]
        if fields["event"] == "exam_end":
            self.setups.forget(fields["exam"])
        elif fields["event"] != "status":
            self.frozen = fields["epoch"] if fields["event"] == "freeze" else None
        return "event"

    def _of(self, epoch: int) -> Epoch:
        self.present = epoch
        return self.epochs.setdefault(epoch, Epoch())

    def _refuse(self, fields: dict[str, Any]) -> Verdict:
        """`invalid` where it stands for a frame that is due in the present epoch."""
        number, seq = fields.get("epoch"), fields.get("seq")
        if is_int(number) and number == self.present and is_int(seq):
            epoch = self.epochs[number]
            due = epoch.first is not None and epoch.highest < seq <= epoch.highest + HORIZON
            if due and epoch.advance(seq):
                epoch.invalid += 1
                return "invalid"
        self.garbage += 1
        return "garbage"


def readable(data: bytes) -> dict[str, Any]:
    """The map within the structural limits; empty where there is none."""
    if len(data) > 4096:
        return {}
    try:
        pairs = msgpack.unpackb(data, strict_map_key=False, object_pairs_hook=tuple_of_pairs)
    except (ValueError, msgpack.UnpackException, RecursionError):
        return {}
    if not isinstance(pairs, Pairs) or not allowed(pairs, level=1):
        return {}
    return dict(pairs)


class Pairs(tuple[Any, ...]):
    """A map as it stands in the bytes, with keys that may come twice."""

    __slots__ = ()


def tuple_of_pairs(pairs: list[tuple[Any, Any]]) -> Pairs:
    return Pairs(pairs)


def allowed(value: Any, level: int) -> bool:
    """At most 2 levels, 32 entries, keys that are text and come once, finite numbers, no ext."""
    if isinstance(value, Pairs):
        keys = [key for key, _ in value]
        if not all(isinstance(key, str) for key in keys) or len(set(keys)) < len(keys):
            return False
        return contained([item for _, item in value], level)
    if isinstance(value, list):
        return contained(value, level)
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, (bool, int, str, bytes))


def contained(items: list[Any], level: int) -> bool:
    return level <= 2 and len(items) <= 32 and all(allowed(item, level + 1) for item in items)


def is_int(value: Any, low: float = -math.inf, high: float = math.inf) -> bool:
    return type(value) is int and low <= value <= high


def is_text(value: Any, pattern: str) -> bool:
    return isinstance(value, str) and re.fullmatch(pattern, value) is not None


def is_spacing(value: Any) -> bool:
    return value is None or (
        isinstance(value, list)
        and len(value) == 2
        and all(type(side) in (int, float) and 0 < side <= 100 for side in value)
    )


FRAME = {
    "v": lambda value: is_int(value, 1, 1),
    "epoch": is_int,
    "seq": lambda value: is_int(value, 0, TOP),
    "capture_ns": is_int,
    "exam": lambda value: is_text(value, r"[A-Za-z0-9._-]{1,64}"),
    "view": lambda value: value is None or is_text(value, "AR|HR"),
    "width": lambda value: is_int(value, 16, 4096),
    "height": lambda value: is_int(value, 16, 4096),
    "format": lambda value: is_text(value, "gray8|rgb8|bgr8|rgba8|jpeg|png"),
    "spacing_mm": is_spacing,
}
EVENT = {
    "v": FRAME["v"],
    "epoch": is_int,
    "exam": FRAME["exam"],
    "event": lambda value: is_text(value, "|".join(EVENTS)),
    "last_seq": lambda value: is_int(value, -1, TOP),
    "time_ns": is_int,
}


def is_frame(fields: dict[str, Any]) -> bool:
    hold = fields.get("hold")
    return (hold is None or is_int(hold, 0, TOP)) and obeys(fields, FRAME)


def is_event(fields: dict[str, Any]) -> bool:
    return obeys(fields, EVENT)


def obeys(fields: dict[str, Any], rules: dict[str, Any]) -> bool:
    return all(key in fields and rule(fields[key]) for key, rule in rules.items())


def fits(fields: dict[str, Any], pixels: bytes) -> bool:
    """The pixels part is as long as its header says; a compressed one holds something."""
    channels = CHANNELS.get(fields["format"])
    if channels is None:
        return len(pixels) > 0
    return len(pixels) == fields["width"] * fields["height"] * channels
