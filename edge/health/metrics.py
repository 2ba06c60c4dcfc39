"""Every metric of the daemon. Labels hold names from the settings and fixed words alone.

No estimate is a metric: it would be health data.
"""

import platform
import time
from collections.abc import Callable, Iterator, Sequence

from edge import __version__
from edge.health import process
from edge.health.checks import Check, checks, ready
from edge.health.exposition import Family, Kind, Sample, bucketed, render, single, summed
from edge.health.watched import JournalHealth, Watched, WatchedScanner

FATES = ("read", "gated", "overwritten", "invalid", "missing")
"""What becomes of a frame: the ledger's words, of which each frame has one."""

Of = Callable[[WatchedScanner], float]


def page(watched: Watched) -> str:
    """All of it as Prometheus reads it."""
    now_ns = time.monotonic_ns()
    found = checks(watched, now_ns)
    return render(
        [
            *_build(watched),
            *_health(found),
            *_frames(watched.scanners()),
            *_estimates(watched.scanners()),
            *_links(watched.scanners(), now_ns),
            *_viewers(watched),
            *_journal(watched.journal),
            *_keeping(watched),
            *process.families(),
        ]
    )


def _build(watched: Watched) -> Iterator[Family]:
    model = watched.model()
    yield single(
        "steatoscope_build_info",
        "gauge",
        "Version of the program.",
        1,
        version=__version__,
        python=platform.python_version(),
    )
    yield single(
        "steatoscope_model_info",
        "gauge",
        "Model that reads the frames, and what it runs on.",
        1,
        name=model.name,
        version=model.version,
        sha256=model.sha256,
        provider=model.provider,
        precision=model.precision,
    )
    yield single(
        "steatoscope_degraded",
        "gauge",
        "1 while the model runs on a slower provider than asked for.",
        bool(watched.degraded),
    )


def _health(found: list[Check]) -> Iterator[Family]:
    yield single("steatoscope_ready", "gauge", "What /readyz says, 1 for ready.", ready(found))
    worst: dict[str, int] = {}
    for check in found:
        level = ("fail", "warn", "ok").index(check.level)
        worst[check.check] = min(level, worst.get(check.check, level))
    samples = [Sample(level == 2, {"check": name}) for name, level in worst.items()]
    yield Family("steatoscope_check_ok", "gauge", "Each check of /readyz, 1 for ok.", samples)


def _each(
    name: str, kind: Kind, text: str, scanners: Sequence[WatchedScanner], value: Of
) -> Family:
    """A family with one sample for each scanner."""
    samples = [Sample(value(scanner), {"scanner": scanner.name}) for scanner in scanners]
    return Family(name, kind, text, samples)


def _frames(scanners: Sequence[WatchedScanner]) -> Iterator[Family]:
    totals = {scanner.name: scanner.inbox.totals() for scanner in scanners}

    def of(field: str) -> Of:
        return lambda scanner: float(getattr(totals[scanner.name], field))

    yield Family(
        "steatoscope_frames_total",
        "counter",
        "Frames that the scanner has sent, by what became of them.",
        [
            Sample(getattr(counts, fate), {"scanner": name, "fate": fate})
            for name, counts in totals.items()
            for fate in FATES
        ],
    )
    yield _each(
        "steatoscope_frames_duplicate_total",
        "counter",
        "Frames that had been seen before or came late.",
        scanners,
        of("duplicate"),
    )
    yield _each(
        "steatoscope_messages_garbage_total",
        "counter",
        "Messages that could not be told to be a frame or an event.",
        scanners,
        of("garbage"),
    )


def _estimates(scanners: Sequence[WatchedScanner]) -> Iterator[Family]:
    yield Family(
        "steatoscope_estimates_total",
        "counter",
        "Estimates published, those without a number among them.",
        _by(scanners, "view", lambda scanner: scanner.tally.estimates.copy()),
    )
    yield Family(
        "steatoscope_estimates_refused_total",
        "counter",
        "Estimates published without a number, by the gate's reason.",
        _by(scanners, "reason", lambda scanner: scanner.tally.refused.copy()),
    )
    yield _each(
        "steatoscope_readings_total",
        "counter",
        "Final readings published.",
        scanners,
        lambda scanner: scanner.tally.readings,
    )
    yield Family(
        "steatoscope_estimate_age_seconds",
        "histogram",
        "From the receipt of a frame to the publication of its estimate.",
        [
            sample
            for scanner in scanners
            for sample in bucketed(scanner.tally.age_s, {"scanner": scanner.name})
        ],
    )
    yield Family(
        "steatoscope_stage_seconds",
        "summary",
        "Time that frames spend in each stage from receipt to publication.",
        [
            sample
            for scanner in scanners
            for stage, total_s in sorted(scanner.tally.stage_s.copy().items())
            for sample in summed(
                total_s, scanner.tally.frames, {"scanner": scanner.name, "stage": stage}
            )
        ],
    )


def _by(
    scanners: Sequence[WatchedScanner],
    label: str,
    counts: Callable[[WatchedScanner], dict[str, int]],
) -> list[Sample]:
    return [
        Sample(count, {"scanner": scanner.name, label: key})
        for scanner in scanners
        for key, count in sorted(counts(scanner).items())
    ]


def _links(scanners: Sequence[WatchedScanner], now_ns: int) -> Iterator[Family]:
    def up(scanner: WatchedScanner) -> float:
        return not scanner.inbox.silent(now_ns)

    yield _each(
        "steatoscope_link_up",
        "gauge",
        "1 while messages come from the scanner.",
        scanners,
        up,
    )
    yield _each(
        "steatoscope_link_rebuilds_total",
        "counter",
        "Times that the link was built anew after silence or a break.",
        scanners,
        lambda scanner: scanner.link.rebuilds,
    )
    yield Family(
        "steatoscope_link_events_total",
        "counter",
        "What the socket's monitor told of the connection to the scanner.",
        _by(scanners, "event", lambda scanner: _lower(scanner.link.counts)),
    )
    yield Family(
        "steatoscope_last_frame_timestamp_seconds",
        "gauge",
        "When the last frame came, Unix time.",
        [
            Sample(time.time() - (now_ns - scanner.inbox.frame_ns) / 1e9, {"scanner": scanner.name})
            for scanner in scanners
            if scanner.inbox.frame_ns
        ],
    )


def _viewers(watched: Watched) -> Iterator[Family]:
    port, door = watched.port, watched.door
    yield single(
        "steatoscope_viewer_connections_refused_total",
        "counter",
        "Connections to the viewers' port that were refused.",
        port.refused,
    )
    yield Family(
        "steatoscope_viewer_events_total",
        "counter",
        "What the socket's monitor told of connections to the viewers' port.",
        [Sample(count, {"event": event}) for event, count in sorted(_lower(port.counts).items())],
    )
    yield single(
        "steatoscope_viewer_faults",
        "gauge",
        "Faults that keep viewers out who should be let in; /readyz has their words.",
        len(port.faults()),
    )
    if door is None:
        return
    yield single(
        "steatoscope_authenticator_up",
        "gauge",
        "1 while viewers' keys are checked; at 0 nobody is admitted.",
        door.healthy,
    )
    yield single(
        "steatoscope_authenticator_admitted_total",
        "counter",
        "Handshakes of enrolled viewers.",
        door.admitted,
    )
    yield single(
        "steatoscope_authenticator_refused_total",
        "counter",
        "Handshakes with a key that is not enrolled.",
        door.refused,
    )


def _journal(journal: JournalHealth | None) -> Iterator[Family]:
    if journal is None or journal.state == "off":
        return
    counts = journal.counters
    yield single(
        "steatoscope_journal_up", "gauge", "1 while estimates are stored.", journal.state == "ok"
    )
    yield single(
        "steatoscope_journal_committed_total",
        "counter",
        "Rows stored for good before what they tell was published.",
        counts.committed,
    )
    yield single(
        "steatoscope_journal_withheld_total",
        "counter",
        "Estimates withheld because they could not be stored.",
        counts.withheld,
    )
    yield Family(
        "steatoscope_journal_commit_seconds",
        "summary",
        "Time of a commit.",
        summed(counts.commit_s, counts.commits, {}),
    )


def _keeping(watched: Watched) -> Iterator[Family]:
    """Clock, audit trail and log."""
    clock, audit, log = watched.clock, watched.audit, watched.log
    if clock.synchronised is not None:
        yield single(
            "steatoscope_clock_synchronised",
            "gauge",
            "1 while the system's clock is synchronised.",
            clock.synchronised,
        )
    if clock.offset_ms is not None:
        yield single(
            "steatoscope_clock_offset_seconds",
            "gauge",
            "Of the system's clock from true time.",
            clock.offset_ms / 1e3,
        )
    yield single(
        "steatoscope_clock_steps_total", "counter", "Jumps of the clock beyond 1 s.", clock.steps
    )
    if audit is not None:
        yield single(
            "steatoscope_audit_records_total", "counter", "Records of the trail.", audit.written
        )
        yield single(
            "steatoscope_audit_lost_total",
            "counter",
            "Records that could not be written.",
            audit.lost,
        )
    for name, text, counts in (
        ("steatoscope_log_lines_total", "Lines logged.", log.passed),
        ("steatoscope_log_lines_left_out_total", "Lines left out as repeats.", log.suppressed),
    ):
        samples = [
            Sample(count, {"level": level}) for level, count in sorted(counts.copy().items())
        ]
        yield Family(name, "counter", text, samples)


def _lower(counts: dict[str, int]) -> dict[str, int]:
    """Counts by the monitor's events, in lower case."""
    return {name.lower(): count for name, count in counts.copy().items()}
