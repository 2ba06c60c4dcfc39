"""The figures of a run as they are written to a file."""

from pathlib import Path
from typing import Literal

import msgspec

from bench.machine import Machine, fingerprint, versions
from bench.quantiles import Drift, Quantiles
from edge.contract.messages import LedgerCounts


class Bare(msgspec.Struct, frozen=True, kw_only=True):
    """`session.run` of the same network in the benchmark's own process, ms."""

    back_to_back: Quantiles
    paced: Quantiles


class Cold(msgspec.Struct, frozen=True, kw_only=True):
    """A start from nothing."""

    to_status_ms: float
    """From the daemon's start to the first message at the viewer: imports, bundle, warm-up."""
    first_frame_ms: float
    """The first frame's own way, from its sending to its estimate's arrival."""
    warm_up_e2e_ms: Quantiles
    """End to end over the frames that are not counted, the first one among them."""


class Frames(msgspec.Struct, frozen=True, kw_only=True):
    """How many frames went in and came out, warm-up included."""

    warm_up: int
    sent: int
    estimates: int
    """Frames whose estimate reached the viewer."""
    ledger: LedgerCounts
    """The daemon's own account."""

    @property
    def lost(self) -> int:
        """Frames sent without an estimate at the viewer."""
        return self.sent - self.estimates


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One case. Every `..._ms` in it is in milliseconds."""

    case: str
    precision: str
    provider: str
    journal: Literal["off"]
    transport: str
    fps: float
    format: str
    width: int
    height: int
    view: str
    threads: int
    model: str
    frames: Frames
    e2e_ms: Quantiles
    """From the scanner's send to the viewer's receipt."""
    infer_ms: Quantiles
    """Inference in the daemon."""
    overhead_ms: Quantiles
    """End to end less the same frame's inference."""
    age_ms: Quantiles
    """From the daemon's receipt to its publishing, as every estimate says."""
    to_daemon_ms: Quantiles
    to_viewer_ms: Quantiles
    stage_ms: dict[str, Quantiles]
    bare_ms: Bare
    late_ms: Quantiles
    """How late the scanner sent, after its schedule: what the machine does to anyone who waits."""
    cold: Cold
    drift: Drift | None
    cpu_ms_per_frame: float
    """Of all of the daemon's threads."""
    rss_mib: float
    """The daemon's resident memory at the end."""
    others_cpu_pct: float
    """Share of the whole machine's CPU time that went to strangers during the run."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything measured, and where."""

    rows: list[Row]
    machine: Machine = msgspec.field(default_factory=fingerprint)
    versions: dict[str, str] = msgspec.field(default_factory=versions)


def write(report: Report, path: Path) -> None:
    """Write a report as JSON."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n")


def read(path: Path) -> Report:
    """Read a report back.

    Raises:
        msgspec.ValidationError: the file is not a report.
    """
    return msgspec.json.decode(path.read_bytes(), type=Report)
