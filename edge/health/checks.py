"""Whether the daemon does its work: each check in words, none of it health data."""

from collections.abc import Iterator
from typing import Literal

import msgspec

from edge.health.watched import Turning, Watched, WatchedScanner
from edge.inbox import SILENT_NS

PROGRESS_NS = 2_000_000_000
"""A frame becomes an estimate within this time, or the daemon is not ready."""

LIVE_NS = 5_000_000_000
"""A thread that has not turned for so long will not: the process has to be started again."""

Level = Literal["ok", "warn", "fail"]


class Check(msgspec.Struct, frozen=True):
    """`level`: "warn" asks for a person, "fail" means not ready. `reason`: in words, always."""

    check: str
    level: Level
    reason: str


def ready(checks: list[Check]) -> bool:
    """Whether frames become estimates, or would."""
    return all(check.level != "fail" for check in checks)


def live(watched: Watched, now_ns: int) -> list[Check]:
    """Whether both threads turn; if not, nothing but a new start helps."""
    return [
        _turning("loop", watched.loop, now_ns, LIVE_NS),
        _turning("receiver", watched.receiver, now_ns, LIVE_NS),
    ]


def checks(watched: Watched, now_ns: int) -> list[Check]:
    """All checks, the same ones in the same order each time. `now_ns`: monotonic clock."""
    return [
        _turning("loop", watched.loop, now_ns, PROGRESS_NS),
        _turning("receiver", watched.receiver, now_ns, PROGRESS_NS),
        *(_scanner(scanner, now_ns) for scanner in watched.scanners()),
        *_viewers(watched),
        _journal(watched),
        _provider(watched),
        _clock(watched),
        *_audit(watched),
    ]


def _turning(name: str, part: Turning, now_ns: int, limit_ns: int) -> Check:
    if part.turned_ns == 0:
        return Check(name, "fail", "has not begun yet")
    late_ns = now_ns - part.turned_ns
    if late_ns > limit_ns:
        return Check(name, "fail", f"has stood still for {late_ns / 1e9:.1f} s")
    return Check(name, "ok", "turns")


def _scanner(scanner: WatchedScanner, now_ns: int) -> Check:
    name = f"scanner {scanner.name}"
    if scanner.inbox.silent(now_ns):
        return Check(name, "ok", "sends nothing, so nothing is expected")
    waited_ns = unanswered_ns(scanner, now_ns)
    if waited_ns > PROGRESS_NS:
        return Check(
            name, "fail", f"its frames have become no estimate for {waited_ns / 1e9:.1f} s"
        )
    if now_ns - scanner.inbox.frame_ns > SILENT_NS:
        return Check(name, "ok", "is there and sends no frames")
    return Check(name, "ok", "its frames become estimates")


def unanswered_ns(scanner: WatchedScanner, now_ns: int) -> int:
    """For how long frames have come without an estimate of any; 0 where the last one has one."""
    inbox, tally = scanner.inbox, scanner.tally
    if inbox.frame_ns <= tally.received_ns:
        return 0
    return now_ns - max(inbox.flowing_ns, tally.settled_ns)


def _viewers(watched: Watched) -> Iterator[Check]:
    faults = watched.port.faults()
    if not faults:
        yield Check("viewers", "ok", "are let in as they should be")
    for fault in faults:
        yield Check("viewers", "fail", fault)


def _journal(watched: Watched) -> Check:
    state = watched.journal.state if watched.journal else "off"
    if state == "off":
        return Check("journal", "ok", "is off: a restart loses the open exams")
    if state == "ok":
        return Check("journal", "ok", "stores every estimate")
    return Check("journal", "fail", f"is {state}: estimates are withheld until it stores again")


def _provider(watched: Watched) -> Check:
    degraded = watched.degraded
    if degraded:
        return Check("provider", "warn", degraded)
    return Check("provider", "ok", f"the model runs on {watched.model().provider}")


def _clock(watched: Watched) -> Check:
    if fault := watched.clock.fault:
        return Check("clock", "warn", fault)
    if watched.clock.synchronised is None:
        return Check("clock", "ok", "the system does not say whether it is synchronised")
    return Check("clock", "ok", "is synchronised")


def _audit(watched: Watched) -> Iterator[Check]:
    if watched.audit is None:
        return
    fault = watched.audit.fault
    yield Check("audit", "warn" if fault else "ok", fault or "every event is recorded")
