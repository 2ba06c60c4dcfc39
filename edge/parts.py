"""What the daemon is made of, open, and what of its life goes into the audit trail."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from edge import __version__
from edge.audit import Audit, last
from edge.config import Settings
from edge.health.server import HealthServer
from edge.journal.opening import OpenedJournal
from edge.journal.outlet import Direct, Journal, Outlet
from edge.log import OncePerSecond
from edge.runner import Runner
from edge.sockets.bus import Bus
from edge.sockets.enrolment import Enrolment
from edge.sockets.keys import fingerprint
from edge.state import state_folder


@dataclass(frozen=True)
class Parts:
    """What the daemon is made of, open."""

    settings: Settings
    runner: Runner
    bus: Bus
    enrolment: Enrolment | None
    journal: OpenedJournal | None
    audit: Audit
    health: HealthServer | None
    limit: OncePerSecond


def outlet_of(parts: Parts, ready: threading.Condition) -> Outlet:
    """Where estimates and readings go."""
    if parts.journal is None:
        return Direct(parts.bus)
    outlet = Journal(parts.bus, parts.journal.writer(ready), parts.journal.files)

    def record(fault: str) -> None:
        parts.audit.record("journal_fault" if fault else "journal_recovered", fault=fault)

    outlet.on_fault.append(record)
    return outlet


@contextmanager
def audited(parts: Parts, failures: list[threading.ExceptHookArgs]) -> Iterator[None]:
    """Record the start, with what runs, and the end, with how it came."""
    info, record, started_s = parts.runner.info, parts.audit.record, time.monotonic()
    before = last(state_folder(parts.settings.state_dir), "start") or {}
    peers = parts.enrolment.enrolled() if parts.enrolment else {}
    record(
        "start",
        version=__version__,
        model=f"{info.name} {info.version}",
        bundle=info.sha256,
        provider=info.provider,
        precision=info.precision,
        estimates=parts.bus.endpoint,
        scanners=len(parts.settings.scanner),
        peers=len(peers),
        enrolment=fingerprint(*sorted(f"{name} {key}" for name, key in peers.items())),
    )
    if before.get("bundle") not in (None, info.sha256):
        record("bundle_changed", before=str(before["bundle"]), after=info.sha256)
    how = "asked to"
    try:
        yield
        how = failures[0].exc_type.__name__ if failures else how
    except BaseException as error:
        how = type(error).__name__
        raise
    finally:
        record("stop", how=how, after_s=round(time.monotonic() - started_s))
