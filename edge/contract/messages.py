"""The messages of the wire protocol, version 1, as typed values (docs/protocol.md)."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from edge.contract.grading import Grade, View
from edge.contract.pixels import Format

PROTOCOL_VERSION: Literal[1] = 1

Counter = Annotated[int, Meta(ge=0, le=2**63 - 1)]
"""A count or sequence number; the ceiling keeps every sum of them within 64 bits."""

ExamId = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._-]+\Z")]
"""Opaque examination id; never a name, number or date of a person."""

SidePx = Annotated[int, Meta(ge=16, le=4096)]
Millimetres = Annotated[float, Meta(gt=0, le=100)]

EventKind = Literal["status", "freeze", "unfreeze", "exam_end"]
Verdict = Literal["collecting", "insufficient", "repeatable", "not_repeatable"]
ScaleSource = Literal["header", "fan", "unknown"]
"""Where a frame's mm per pixel come from."""

State = Literal["starting", "ready", "no_source", "stale", "degraded", "stopping"]


class FrameInfo(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one B-mode frame before it is sent."""

    capture_ns: int
    """ns since the Unix epoch, scanner's clock."""
    view: View | None
    """What the sonographer selected; None: not said."""
    width: SidePx
    height: SidePx
    format: Format
    spacing_mm: tuple[Millimetres, Millimetres] | None
    """mm per pixel: rows, then columns."""
    hold: Counter | None = None
    """Number of the acquisition (freeze to freeze) that the scanner counts itself."""


class FrameHeader(FrameInfo, frozen=True, kw_only=True):
    """Header of one B-mode frame; the pixels travel in the message's next part."""

    v: Literal[1]
    epoch: int
    """Drawn at random when the scanner process starts."""
    seq: Counter
    """Frame number within the epoch, + 1 for every frame captured."""
    exam: ExamId


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened at the scanner; `status` comes every second."""

    v: Literal[1]
    epoch: int
    exam: ExamId
    event: EventKind
    last_seq: Annotated[int, Meta(ge=-1, le=2**63 - 1)]
    """Highest `seq` sent in this epoch; -1 before the first frame."""
    time_ns: int


class LedgerCounts(msgspec.Struct, frozen=True, kw_only=True):
    """What became of every frame of one scanner and epoch.

    sent = read + gated + overwritten + invalid + missing, exactly; `duplicate` and `garbage`
    stand outside the sum.
    """

    sent: int = 0
    read: int = 0
    gated: int = 0
    overwritten: int = 0
    invalid: int = 0
    missing: int = 0
    duplicate: int = 0
    garbage: int = 0


class ModelInfo(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Which model speaks, and on what it runs."""

    name: str
    version: str
    sha256: str
    """Of the bundle's manifest, which holds the hash of every other file."""
    provider: str
    precision: str
    flags: list[str] = []
    """What a reader should know of the model: "unsigned_model". Left out where there is nothing."""


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """Running state of one exam and view; all percentages are H-MRS %."""

    median_pct: float | None
    iqr_pct: float | None
    frames: int
    """Frames in the median."""
    holds: int = 0
    hold_median_pct: float | None = None
    hold_iqr_pct: float | None = None
    interval_pct: tuple[float, float] | None = None
    """Calibrated 90 % interval for the subject; None where the bundle has no calibration."""
    grade: Grade | None
    grades_possible: list[Grade] = []
    """Grades that the interval reaches into, from the lowest; empty where there is no interval."""
    verdict: Verdict = "collecting"
    rule: str = "none"
    frames_by_view: dict[str, int] = {}
    """Of AR+HR: accepted frames of "AR" and of "HR" behind it."""
    reasons: dict[str, int] = {}
    """Frames of this exam and view that were not counted, by the gate's reason."""
    restarts: int = 0
    """How often this view began anew because model, depth or geometry had changed."""


class Acquisition(msgspec.Struct, frozen=True, kw_only=True):
    """One hold of a view, H-MRS %."""

    median_pct: float
    iqr_pct: float
    """Of the frames within the hold, percentage points: steadiness, not repeatability."""
    frames: int


class Estimate(Summary, frozen=True, kw_only=True):
    """One frame's estimate with the running state after it (topic fat/SCANNER/VIEW)."""

    v: Literal[1] = PROTOCOL_VERSION
    scanner: str
    exam: str
    view: Literal["AR", "HR", "AR+HR"] | None
    epoch: int
    seq: int
    capture_ns: int
    pub_epoch: int
    pub_seq: int
    """Counts the messages of this topic in this `pub_epoch`, from 0."""
    publish_ns: int
    age_ms: float
    stage_ms: dict[str, float]
    fat_pct: float | None
    reason: str | None = None
    flags: list[str] = []
    ledger: LedgerCounts
    model: ModelInfo


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """Final values of an exam (topic reading/SCANNER)."""

    v: Literal[1] = PROTOCOL_VERSION
    scanner: str
    exam: str
    pub_epoch: int
    pub_seq: int
    publish_ns: int
    views: dict[str, Summary]
    """By view: "AR", "HR", "AR+HR"; only those that had frames, if none that could be read."""
    acquisitions: dict[str, list[Acquisition]] = {}
    """The holds behind `views`, as they came; the first 64 of each view."""
    ledger: LedgerCounts
    model: ModelInfo


class Overlay(msgspec.Struct, frozen=True, kw_only=True):
    """Where the daemon looked in one frame, for a viewer to draw over it.

    Pixels are the frame's, from its upper left corner; both axes may leave the frame, where the
    network sees black.
    """

    exam: str
    epoch: int
    seq: int
    width: int
    height: int
    window_px: tuple[float, float, float, float]
    """Left, top, right, bottom of what the network sees."""
    scale: ScaleSource
    spacing_mm: tuple[float, float] | None = None
    """mm per pixel, rows and columns, that it was scaled by; None where `scale` is unknown."""
    fan_px: list[tuple[float, float]] = []
    """Corners (x, y) of the scanned area, where it was looked for and found."""


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """How the daemon fares with one scanner, every second (topic status/SCANNER)."""

    v: Literal[1] = PROTOCOL_VERSION
    scanner: str
    pub_epoch: int
    pub_seq: int
    publish_ns: int
    state: State
    fps: float
    ledger: LedgerCounts
    provider: str
    model: ModelInfo
    uptime_s: float
    journal: str
    clock_offset_ms: float | None = None
    overlay: Overlay | None = None
    """Of the newest frame; None before the first."""
