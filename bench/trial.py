"""One case, measured: starts the three processes, lets them run, and sums up what they saw."""

import secrets
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from bench import bare, report, timeline
from bench.case import Case
from bench.child import Child
from bench.cpu_share import CpuShare
from bench.daemon_process import Cost, DaemonProcess
from bench.errors import BenchError
from bench.quantiles import drift, quantiles
from bench.scanner_process import Bound, Progress, Sent, play
from bench.timeline import Timeline
from bench.viewer_process import Arrival, Speaking, watch
from edge.contract.messages import Estimate
from edge.runner import Runner

CHILD_S = 60.0
"""Longest wait for a process to say that it is ready."""

READING_S = 10.0
"""Longest wait for the exam's reading after the last frame."""

SLACK_S = 20.0
"""A run that lasts this much longer than its frames has failed."""

Told = Callable[[str, int], None]
"""Is told the part that is under way and how many frames have been sent."""


T = TypeVar("T")


@dataclass(frozen=True)
class Observed:
    """All that was seen of one run."""

    sent: Sent
    arrivals: list[Arrival]
    started_ns: int
    speaking_ns: int
    before: Cost
    after: Cost
    others_pct: float


def measure(case: Case, runner: Runner, told: Told) -> report.Row:
    """Run one case and give its figures.

    `runner`: of the case's bundle, for the network alone.

    Raises:
        BenchError: a process did not start or ended early, or no estimate came.
    """
    told("the network alone", 0)
    network = bare.Bare(case, runner)
    network.measure()
    observed = observe(case, told)
    told("the network alone, once more", case.warm_up + case.frames)
    network.measure()
    return summarise(case, observed, network)


def observe(case: Case, told: Told) -> Observed:
    """Run the daemon, a scanner and a viewer until every frame has been sent and answered."""
    with ExitStack() as stack:
        frames, estimates = _addresses(case, stack)
        told("preparing frames", 0)
        scanner = stack.enter_context(Child("scanner", play, case, frames))
        bound = _expect(scanner, Bound)
        told("starting the daemon", 0)
        daemon = stack.enter_context(DaemonProcess(case, bound.endpoint, estimates))
        endpoint = daemon.wait_for_endpoint()
        viewer = stack.enter_context(Child("viewer", watch, endpoint))
        speaking = _expect(viewer, Speaking)
        share = CpuShare()
        scanner.tell("go")
        before, sent = _follow(case, scanner, daemon, told)
        arrivals = viewer.hear(READING_S)
        if arrivals is None:
            viewer.tell("stop")
            arrivals = _expect(viewer, list)
        after, others_pct = daemon.cost(), share.others_pct()
        started_ns, speaking_ns = daemon.started_ns, speaking.monotonic_ns
    return Observed(sent, arrivals, started_ns, speaking_ns, before, after, others_pct)


def summarise(case: Case, observed: Observed, network: bare.Bare) -> report.Row:
    """Figures of what was seen; BenchError where no counted frame was answered."""
    every = timeline.join(observed.sent, observed.arrivals, case.view)
    early, counted = every.split(case.warm_up)
    last = timeline.last_estimate(observed.arrivals)
    if last is None or not counted.seq.size:
        raise BenchError("no estimate arrived; is the machine overloaded?")
    late_ms = (observed.sent.sent_ns - observed.sent.due_ns)[case.warm_up :] / 1e6
    return report.Row(
        case=case.name,
        precision=last.model.precision,
        provider=last.model.provider,
        journal="off",
        transport=case.transport,
        fps=case.fps,
        format=case.format,
        width=case.width,
        height=case.height,
        view=case.view,
        threads=case.threads,
        model=f"{last.model.name} {last.model.version}",
        frames=_frames(case, observed, every, last),
        e2e_ms=quantiles(counted.e2e_ms),
        infer_ms=quantiles(counted.infer_ms),
        overhead_ms=quantiles(counted.overhead_ms),
        age_ms=quantiles(counted.age_ms),
        to_daemon_ms=quantiles(counted.to_daemon_ms),
        to_viewer_ms=quantiles(counted.to_viewer_ms),
        stage_ms={stage: quantiles(ms) for stage, ms in counted.stage_ms.items()},
        bare_ms=report.Bare(
            back_to_back=quantiles(network.back_to_back_ms), paced=quantiles(network.paced_ms)
        ),
        late_ms=quantiles(late_ms),
        cold=_cold(observed, early if early.seq.size else counted),
        drift=drift((counted.sent_ns - counted.sent_ns[0]) / 1e9, counted.e2e_ms),
        cpu_ms_per_frame=1e3 * (observed.after.cpu_s - observed.before.cpu_s) / case.frames,
        rss_mib=observed.after.rss_mib,
        others_cpu_pct=observed.others_pct,
    )


def _addresses(case: Case, stack: ExitStack) -> tuple[str, str]:
    """Where the scanner and where the daemon are to bind."""
    if case.transport == "tcp":
        return "tcp://127.0.0.1:*", "tcp://127.0.0.1:*"
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="steatoscope-"))
    name = secrets.token_hex(4)
    return f"ipc://{Path(folder) / name}.frames", f"ipc://{Path(folder) / name}.estimates"


def _expect(child: Child, kind: type[T]) -> T:
    message = child.hear(CHILD_S)
    if not isinstance(message, kind):
        raise BenchError(f"the {child.name} process was not ready within {CHILD_S:g} s")
    return message


def _follow(case: Case, scanner: Child, daemon: DaemonProcess, told: Told) -> tuple[Cost, Sent]:
    """Wait until every frame is sent; the daemon's cost is taken once the warm-up is over."""
    total = case.warm_up + case.frames
    deadline_s = time.monotonic() + total / case.fps + SLACK_S
    before = daemon.cost()
    while time.monotonic() < deadline_s:
        message = scanner.hear(0.5)
        if isinstance(message, Sent):
            told("frames", total)
            return before, message
        if isinstance(message, Progress):
            told("frames", message.frames)
            if message.frames <= case.warm_up:
                before = daemon.cost()
        daemon.check()
    raise BenchError("the scanner process did not send its frames in time")


def _frames(case: Case, observed: Observed, every: Timeline, last: Estimate) -> report.Frames:
    final = timeline.reading(observed.arrivals)
    return report.Frames(
        warm_up=case.warm_up,
        sent=len(observed.sent.sent_ns),
        estimates=len(every.seq),
        ledger=final.ledger if final else last.ledger,
    )


def _cold(observed: Observed, early: Timeline) -> report.Cold:
    return report.Cold(
        to_status_ms=(observed.speaking_ns - observed.started_ns) / 1e6,
        first_frame_ms=float(early.e2e_ms[0]),
        warm_up_e2e_ms=quantiles(early.e2e_ms),
    )
