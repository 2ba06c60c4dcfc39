"""What a daemon says, as typed values; percentages are H-MRS %, as in docs/protocol.md.

The daemon has its own form of these (`edge.contract.messages`), which checks more and needs more
libraries; a test keeps the two in step. Keys that are not known here are kept in `extra`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgpack

from edge.client.fields import build
from edge.client.problems import RefusedError

MAX_BYTES = 65536


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What became of every frame: sent = read + gated + overwritten + invalid + missing."""

    sent: int = 0
    read: int = 0
    gated: int = 0
    overwritten: int = 0
    invalid: int = 0
    missing: int = 0
    duplicate: int = 0
    garbage: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Which model speaks, and on what it runs."""

    name: str
    version: str
    sha256: str
    provider: str
    precision: str
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Running state of one exam and view.

    `frames` stand behind `median_pct` and `iqr_pct`; `holds` acquisitions behind the two `hold_`
    figures; `interval_pct` is the calibrated 90 % interval for the subject, and `grades_possible`
    what it reaches into. `frames_by_view`: of AR+HR. `reasons`: frames that were not counted.
    `restarts`: how often the view began anew.
    """

    median_pct: float | None
    iqr_pct: float | None
    frames: int
    holds: int = 0
    hold_median_pct: float | None = None
    hold_iqr_pct: float | None = None
    interval_pct: tuple[float, float] | None = None
    grade: str | None
    grades_possible: tuple[str, ...] = ()
    verdict: str = "collecting"
    rule: str = "none"
    frames_by_view: dict[str, int] = field(default_factory=dict)
    reasons: dict[str, int] = field(default_factory=dict)
    restarts: int = 0
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate(Summary):
    """One frame's estimate with the running state after it.

    `fat_pct` is None where the frame was not read, and `reason` says why. `capture_ns` is on the
    scanner's clock, `publish_ns` on the daemon's, both ns since the Unix epoch. `age_ms`: from
    receipt to publication. `blank`: made by this library when the daemon fell silent; it has no
    numbers, so that whoever shows it shows none.
    """

    scanner: str
    exam: str
    view: str | None
    epoch: int
    seq: int
    capture_ns: int
    pub_epoch: int
    pub_seq: int
    publish_ns: int
    age_ms: float
    stage_ms: dict[str, float]
    fat_pct: float | None
    reason: str | None = None
    flags: tuple[str, ...] = ()
    ledger: Ledger
    model: Model
    blank: bool = False

    @property
    def topic(self) -> str:
        """Topic that it came on."""
        return f"fat/{self.scanner}/{self.view or '?'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Acquisition:
    """One hold of a view; `iqr_pct` is of the frames within it."""

    median_pct: float
    iqr_pct: float
    frames: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Final values of an exam, by view: "AR", "HR", "AR+HR"; only those that had frames.

    `acquisitions`: the first 64 holds of each.
    """

    scanner: str
    exam: str
    pub_epoch: int
    pub_seq: int
    publish_ns: int
    views: dict[str, Summary]
    acquisitions: dict[str, tuple[Acquisition, ...]] = field(default_factory=dict)
    ledger: Ledger
    model: Model
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def topic(self) -> str:
        """Topic that it came on."""
        return f"reading/{self.scanner}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """Where the daemon looked in one frame, in the frame's pixels from its upper left corner.

    `window_px`: left, top, right, bottom of what the network sees, which may leave the frame.
    `scale`: where `spacing_mm` (rows, columns) comes from: header, fan or unknown. `fan_px`:
    corners (x, y) of the scanned area, where it was looked for and found.
    """

    exam: str
    epoch: int
    seq: int
    width: int
    height: int
    window_px: tuple[float, float, float, float]
    scale: str
    spacing_mm: tuple[float, float] | None = None
    fan_px: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """How the daemon fares with one scanner, every second."""

    scanner: str
    pub_epoch: int
    pub_seq: int
    publish_ns: int
    state: str
    fps: float
    ledger: Ledger
    provider: str
    model: Model
    uptime_s: float
    journal: str
    clock_offset_ms: float | None = None
    overlay: Overlay | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def topic(self) -> str:
        """Topic that it came on."""
        return f"status/{self.scanner}"


Message = Estimate | Reading | Status

KINDS: dict[str, Callable[[dict[str, Any]], Message]] = {
    "fat": lambda fields: build(Estimate, fields),
    "reading": lambda fields: build(Reading, fields),
    "status": lambda fields: build(Status, fields),
}


def decode(topic: str, data: bytes) -> Message | None:
    """Message of a topic; None where the topic is of a kind not known here.

    Raises:
        RefusedError: the bytes are no such message.
    """
    kind = KINDS.get(topic.partition("/")[0])
    if kind is None:
        return None
    if len(data) > MAX_BYTES:
        raise RefusedError("the message is too long")
    try:
        fields = msgpack.unpackb(data)
    except (ValueError, msgpack.UnpackException, RecursionError) as error:
        raise RefusedError("the message is not MessagePack") from error
    if not isinstance(fields, dict) or fields.pop("v", None) != 1:
        raise RefusedError("the message is not a map of protocol version 1")
    return kind(fields)
