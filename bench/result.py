"""The figures of a run as they are written to a file: one format for every command."""

from pathlib import Path
from typing import Literal

import msgspec

from bench.case import Fps
from bench.machine import Machine, fingerprint, versions
from bench.statistics import Drift, Quantiles, Ratio
from edge.contract.messages import LedgerCounts

Kind = Literal["latency", "soak", "streams", "peer", "engine", "limit", "compare", "budget"]


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
    ledger: LedgerCounts | None = None
    """The daemon's own account of its first scanner; None of what keeps none."""

    @property
    def lost(self) -> int:
        """Frames sent without an estimate at the viewer."""
        return self.sent - self.estimates


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """A frame's way from end to end, split. Every `..._ms` in it is in milliseconds."""

    to_daemon_ms: Quantiles
    age_ms: Quantiles
    """From the daemon's receipt to its publishing, as every estimate says."""
    stage_ms: dict[str, Quantiles]
    to_viewer_ms: Quantiles
    late_ms: Quantiles
    """How late the scanner sent, after its schedule: what the machine does to anyone who waits."""


class Bursts(msgspec.Struct, frozen=True, kw_only=True):
    """Medians of each second or turn of a run, in its order: what two runs are compared by."""

    at_s: list[float]
    """Since the first counted frame."""
    e2e_ms: list[float]
    infer_ms: list[float]
    overhead_ms: list[float]


class Trend(msgspec.Struct, frozen=True, kw_only=True):
    """What the daemon used over time; `gpu_mhz` is None where there is no NVIDIA GPU."""

    at_s: list[float]
    rss_mib: list[float]
    cpu_pct: list[float]
    """Of one core."""
    gpu_mhz: list[float] | None
    rss_mib_per_min: float
    """Slope of the second half, in which nothing is being warmed up any more."""


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """How near an engine comes to what one core of this machine can multiply."""

    macs: int
    """Multiplications with additions of one frame's convolutions and matrices."""
    rate_gmac_s: float
    """Reached by a large matrix product of the engine's number type."""
    floor_ms: float
    nearness: float
    """Floor over median: 1 is as fast as the arithmetic units go."""


class Row(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One case; what does not apply to it is null or left out."""

    kind: Kind
    case: str
    precision: str | None
    provider: str | None
    journal: str | None
    transport: str | None
    fps: Fps | None
    e2e_ms: Quantiles | None
    """From the scanner's send to the viewer's receipt."""
    infer_ms: Quantiles | None
    """Inference alone."""
    overhead_ms: Quantiles | None
    """End to end less the same frame's inference."""
    problem: str = ""
    """Why there are no figures, and what to do about it; "" where there are."""
    note: str = ""
    format: str | None = None
    width: int | None = None
    height: int | None = None
    view: str | None = None
    threads: int | None = None
    streams: int | None = None
    model: str | None = None
    frames: Frames | None = None
    way: Way | None = None
    bare_ms: Bare | None = None
    cold: Cold | None = None
    drift: Drift | None = None
    trend: Trend | None = None
    limit: Limit | None = None
    max_fps: float | None = None
    cpu_ms_per_frame: float | None = None
    """Of all threads."""
    rss_mib: float | None = None
    """Resident memory at the end."""
    others_cpu_pct: float | None = None
    """Share of the whole machine's CPU time that went to strangers during the run."""
    ratio: Ratio | None = None
    """To the row named in `ratio_to`; which way round says `ratio_of`."""
    plain: Ratio | None = None
    """A goal's value for a plain Python loop in the same turns."""
    ratio_of: str = ""
    ratio_to: str = ""
    verdict: str = ""
    """Of a comparison or a goal."""
    wanted: str = ""
    """A goal's limit, in words."""
    bursts: Bursts | None = None
    histogram: dict[int, int] | None = None
    """Of e2e_ms, or of infer_ms where there is no other: see `bench.statistics.histogram`."""


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything measured, and where."""

    rows: list[Row]
    machine: Machine = msgspec.field(default_factory=fingerprint)
    versions: dict[str, str] = msgspec.field(default_factory=versions)


def failed(kind: Kind, case: str, problem: str) -> Row:
    """A row that says why it has no figures."""
    return msgspec.structs.replace(bare(kind, case), problem=problem)


def bare(kind: Kind, case: str) -> Row:
    """A row without figures, to be given those that it has."""
    return Row(
        kind=kind,
        case=case,
        precision=None,
        provider=None,
        journal=None,
        transport=None,
        fps=None,
        e2e_ms=None,
        infer_ms=None,
        overhead_ms=None,
    )


def write(report: Report, path: Path) -> None:
    """Write a report as JSON."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n")


def read(path: Path) -> Report:
    """Read a report back.

    Raises:
        msgspec.ValidationError: the file is not a report.
    """
    return msgspec.json.decode(path.read_bytes(), type=Report)
