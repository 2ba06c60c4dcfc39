"""One case, measured: one contender, from its cold start to the end of its exam."""

from dataclasses import dataclass, field

from bench import bare, result, timeline
from bench.case import Case
from bench.contender import Contender, daemon
from bench.contender_process import Cost
from bench.cpu_share import CpuShare
from bench.errors import BenchError
from bench.progress import Told
from bench.rig import Rig, Start
from bench.scanner_process import Sent
from bench.statistics import drift, histogram, quantiles
from bench.summary import bursts
from bench.timeline import Timeline
from bench.viewer_process import Arrival
from edge.contract.messages import Estimate
from edge.runner import Runner


@dataclass
class Observed:
    """All that was seen of one run. `costs`: at the end of the warm-up and of each second."""

    start: Start
    sent: list[Sent] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)
    costs: list[tuple[int, Cost]] = field(default_factory=list)
    others_pct: float = 0.0


def measure(case: Case, runner: Runner, told: Told) -> result.Row:
    """Run one case and give its figures.

    `runner`: of the case's bundle, for the network alone.

    Raises:
        BenchError: a process did not start or ended early, or no estimate came.
    """
    told("the network alone", 0)
    network = bare.Bare(case, runner)
    network.measure()
    observed = observe(case, daemon(case), told)
    told("the network alone, once more", case.warm_up + case.frames)
    network.measure()
    return summarise(case, observed, network)


def observe(case: Case, contender: Contender, told: Told) -> Observed:
    """Run a contender, a scanner and a viewer until every frame has been sent and answered."""
    with Rig(case, [contender], lambda part: told(part, 0)) as rig:
        observed = Observed(rig.starts[0])
        share = CpuShare()
        for count in _seconds(case):
            sent = rig.send(0, count, start_ns=_next_ns(case, observed.sent))
            observed.sent += sent
            observed.arrivals += rig.take(0, 0)
            observed.costs.append((int(sent[0].sent_ns[-1]), rig.cost(0)))
            told("frames", sum(len(each.sent_ns) for each in observed.sent))
        observed.arrivals += rig.take(0, _missing(case, observed))
        observed.others_pct = share.others_pct()
        observed.arrivals += rig.finish(0)
    return observed


def _seconds(case: Case) -> list[int]:
    """Frames of the warm-up, then of each second that is counted."""
    second = max(1, round(case.pace))
    whole, rest = divmod(case.frames, second)
    return [case.warm_up, *[second] * whole, *([rest] if rest else [])]


def _next_ns(case: Case, sent: list[Sent]) -> int | None:
    """When the next frame is due: a frame's period after the last one."""
    if not sent or case.fps == "fast":
        return None
    return int(sent[-1].due_ns[-1]) + round(1e9 / case.fps)


def _missing(case: Case, observed: Observed) -> int:
    came = timeline.join(observed.sent, observed.arrivals, case.view)
    return max(0, sum(len(sent.sent_ns) for sent in observed.sent) - came.seq.size)


def summarise(case: Case, observed: Observed, network: bare.Bare) -> result.Row:
    """Figures of what was seen; BenchError where no counted frame was answered."""
    every = timeline.join(observed.sent, observed.arrivals, case.view)
    early, counted = every.split(case.warm_up)
    last = timeline.last_estimate(observed.arrivals)
    if last is None or not counted.seq.size:
        raise BenchError("no estimate arrived; is the machine overloaded?")
    since_s = (counted.sent_ns - counted.sent_ns[0]) / 1e9
    cpu_s = observed.costs[-1][1].cpu_s - observed.costs[0][1].cpu_s
    return result.Row(
        kind="latency",
        case=case.name,
        precision=last.model.precision,
        provider=last.model.provider,
        journal=case.journal,
        transport=case.transport,
        fps=case.fps,
        format=case.format,
        width=case.width,
        height=case.height,
        view=case.view,
        threads=case.threads,
        streams=1,
        model=f"{last.model.name} {last.model.version}",
        frames=_frames(case, observed, every, last),
        e2e_ms=quantiles(counted.e2e_ms),
        infer_ms=quantiles(counted.infer_ms),
        overhead_ms=quantiles(counted.overhead_ms),
        way=_way(observed, counted),
        bare_ms=result.Bare(
            back_to_back=quantiles(network.back_to_back_ms), paced=quantiles(network.paced_ms)
        ),
        cold=_cold(observed.start, early if early.seq.size else counted),
        drift=drift(since_s, counted.e2e_ms),
        max_fps=_max_fps(counted) if case.fps == "fast" else None,
        cpu_ms_per_frame=1e3 * cpu_s / case.frames,
        rss_mib=observed.costs[-1][1].rss_mib,
        others_cpu_pct=observed.others_pct,
        bursts=bursts(counted),
        histogram=histogram(counted.e2e_ms),
    )


def _way(observed: Observed, counted: Timeline) -> result.Way:
    late_ms = [
        late for sent in observed.sent[1:] for late in ((sent.sent_ns - sent.due_ns) / 1e6).tolist()
    ]
    return result.Way(
        to_daemon_ms=quantiles(counted.to_daemon_ms),
        age_ms=quantiles(counted.age_ms),
        stage_ms={stage: quantiles(ms) for stage, ms in counted.stage_ms.items()},
        to_viewer_ms=quantiles(counted.to_viewer_ms),
        late_ms=quantiles(late_ms),
    )


def _max_fps(counted: Timeline) -> float:
    """Answers a second, from the first counted frame's sending to the last one's answer."""
    arrived_ns = counted.sent_ns + counted.e2e_ms * 1e6
    return float(counted.seq.size / ((arrived_ns.max() - counted.sent_ns[0]) / 1e9))


def _frames(case: Case, observed: Observed, every: Timeline, last: Estimate) -> result.Frames:
    final = timeline.reading(observed.arrivals)
    return result.Frames(
        warm_up=case.warm_up,
        sent=sum(len(sent.sent_ns) for sent in observed.sent),
        estimates=len(every.seq),
        ledger=final.ledger if final else last.ledger,
    )


def _cold(start: Start, early: Timeline) -> result.Cold:
    return result.Cold(
        to_status_ms=(start.speaking_ns - start.started_ns) / 1e6,
        first_frame_ms=float(early.e2e_ms[0]),
        warm_up_e2e_ms=quantiles(early.e2e_ms),
    )
