"""Every goal's value, from one run in which all contenders take turns."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec
import numpy as np

from bench import made_bundles
from bench.capacity import measure_point
from bench.case import Case
from bench.contender import Contender, daemon
from bench.errors import BenchError
from bench.peer_contender import peer_contender, usable, write_models
from bench.peers import PEERS
from bench.progress import Told
from bench.rig import Rig
from bench.statistics import Ratio, ratio
from bench.turns import Turns, load_in_turns
from edge.contract.bundle import read_bundle
from edge.processor import multiplies_int8

FRAMES = 15
"""Of a turn at 30 fps: half a second."""
FAST_FRAMES = 40

STREAMS = {"fp32": 6, "int8": 10}

ECHO = next(peer for peer in PEERS if peer.module == "echo")
PLAIN = next(peer for peer in PEERS if peer.module == "plain")
OTHERS = tuple(peer for peer in PEERS if peer not in (ECHO, PLAIN))
PLAIN_ONES = {"fp32": "plain fp32", "int8": "plain int8"}
"""Parts of the plain loop, by its network's precision."""
NO_INT8 = "int8 is not faster on this processor: it has neither VNNI nor AMX"


@dataclass(frozen=True)
class Plan:
    """What is asked for. `bundle`: None is the paper's network with weights at random."""

    rounds: int
    bundle: Path | None = None
    run_folder: Path | None = None
    pythons: Sequence[str] = (sys.executable,)
    streams: bool = True


@dataclass
class Values:
    """Goal by goal: a value with its interval, or why there is none."""

    found: dict[str, Ratio] = field(default_factory=dict)
    plain: dict[str, Ratio] = field(default_factory=dict)
    """The same of a plain Python loop in the same turns: what can be had here without a check."""
    missing: dict[str, str] = field(default_factory=dict)


@dataclass
class _Field:
    """Contenders by their part, and why others are not among them.

    `others` are other programs and the daemon as they are run beside it; they are up by themselves,
    as a process that idles still wakes up, and takes from who is measured without it.
    """

    contenders: dict[str, Contender] = field(default_factory=dict)
    others: dict[str, Contender] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)

    def place(self, part: str) -> int:
        return list(self.contenders).index(part)


def measure(plan: Plan, folder: Path, told: Told) -> Values:
    """Measure everything that can be here.

    `folder`: empty, for what is made on the way.

    Raises:
        BenchError: the daemon or the echo could not be run.
    """
    bundle = plan.bundle or made_bundles.paper_bundle(folder / "paper")
    case = Case(bundle=str(bundle), precision="fp32", warm_up=30, frames=150)
    gathered = _gather(plan, case, folder, told)
    values = Values()
    parts = list(gathered.contenders)
    with _rig(case, gathered.contenders, told) as rig:
        every = load_in_turns(rig, range(len(parts)), plan.rounds, FRAMES, told)
        fast = [part for part in ("fp32", "int8", *PLAIN_ONES.values()) if part in parts]
        places = [gathered.place(part) for part in fast]
        quick = load_in_turns(rig, places, plan.rounds, FAST_FRAMES, told, "fast")
    turns, hurried = dict(zip(parts, every, strict=True)), dict(zip(fast, quick, strict=True))
    values.found |= _of_one(turns, hurried)
    values.plain |= _of_one(_plain(turns), _plain(hurried))
    if why := gathered.missing.get("int8"):
        values.missing |= dict.fromkeys((*_names("int8"), "int8_speed"), why)
    values.found["null_over_echo"] = ratio(
        turns["null"].medians("e2e_ms"), turns["echo"].medians("e2e_ms")
    )
    beside: dict[str, Turns] = {}
    if gathered.others:
        with _rig(case, gathered.others, told) as rig:
            found = load_in_turns(rig, range(len(gathered.others)), plan.rounds, FRAMES, told)
        beside = dict(zip(gathered.others, found, strict=True))
    _of_others(values, beside, gathered.missing)
    if plan.streams:
        _of_streams(values, case, gathered, told)
    return values


def _rig(case: Case, contenders: dict[str, Contender], told: Told) -> Rig:
    return Rig(case, list(contenders.values()), lambda part: told(part, 0))


def _gather(plan: Plan, case: Case, folder: Path, told: Told) -> _Field:
    bundle = read_bundle(case.bundle_path)
    peers = folder / "peers"
    write_models(peers, bundle, case, plan.run_folder)
    null = msgspec.structs.replace(case, bundle=str(made_bundles.null_bundle(folder / "null")))
    gathered = _Field(
        {
            "fp32": daemon(case),
            "null": daemon(null, name="daemon without inference"),
            "echo": peer_contender(ECHO, peers, sys.executable, pinned=False),
            PLAIN_ONES["fp32"]: peer_contender(PLAIN, peers, sys.executable, pinned=False),
        }
    )
    if "int8" not in bundle.manifest.variants:
        gathered.missing["int8"] = "missing: give --bundle DIR, of the paper's network with int8"
    elif not multiplies_int8():
        gathered.missing["int8"] = NO_INT8
    else:
        gathered.contenders["int8"] = daemon(msgspec.structs.replace(case, precision="int8"))
        there = folder / "peers-int8"
        write_models(there, bundle, case, None, "int8")
        plain = peer_contender(PLAIN, there, sys.executable, pinned=False)
        gathered.contenders[PLAIN_ONES["int8"]] = replace(plain, name=f"{plain.name}, int8")
    _add_others(gathered, plan, case, peers, told)
    return gathered


def _add_others(gathered: _Field, plan: Plan, case: Case, peers: Path, told: Told) -> None:
    """Other programs, and the daemon on as few cores as they have."""
    for peer in OTHERS:
        told(f"trying {peer.name}", 0)
        there = usable(case, peer, peers, plan.pythons)
        if isinstance(there, Contender):
            gathered.others[peer.module] = there
        else:
            gathered.missing[peer.module] = there
    if gathered.others:
        for part in ("fp32", "int8"):
            if part in gathered.contenders:
                gathered.others[part] = gathered.contenders[part].on_one_core()


def _names(part: str) -> tuple[str, str]:
    """Goals that a precision has by itself: end to end, largest frame rate."""
    return f"e2e_over_inference_{part}", f"fps_times_inference_{part}"


def _plain(turns: dict[str, Turns]) -> dict[str, Turns]:
    return {part: turns[name] for part, name in PLAIN_ONES.items() if name in turns}


def _of_one(turns: dict[str, Turns], fast: dict[str, Turns]) -> dict[str, Ratio]:
    """What a program has by itself: its turns at 30 fps and at "fast", by precision."""
    fp32 = turns["fp32"]
    n = len(fp32.parts)
    p99_ms = float(np.percentile(fp32.whole.overhead_ms, 99))
    found = {
        "overhead_p50_ms": ratio(fp32.medians("overhead_ms"), np.ones(n)),
        "overhead_p99_ms": _alone(p99_ms, n),
        "cpu_over_inference_fp32": _alone(fp32.cpu_ms / float(fp32.whole.infer_ms.mean()), n),
    }
    for part in ("fp32", "int8"):
        if part not in turns:
            continue
        whole, quick = turns[part], fast[part]
        end_to_end, frame_rate = _names(part)
        found[end_to_end] = ratio(whole.medians("e2e_ms"), whole.medians("infer_ms"))
        most = 1000 / np.array(quick.medians("infer_ms"))
        found[frame_rate] = ratio(quick.fps, most)
    if "int8" in turns:
        found["int8_speed"] = ratio(fp32.medians("infer_ms"), turns["int8"].medians("infer_ms"))
    return found


def _of_others(values: Values, turns: dict[str, Turns], missing: dict[str, str]) -> None:
    """Ratios to other programs, all on one core."""
    compared = (
        ("keras_over_fp32", "keras_loop", "fp32", "e2e_ms"),
        ("keras_over_int8", "keras_loop", "int8", "e2e_ms"),
        ("fast_over_int8", "fast_openvino", "int8", "e2e_ms"),
        ("overhead_over_holoscan", "holoscan_graph", "fp32", "overhead_ms"),
    )
    for name, other, part, time in compared:
        why = missing.get(other) or missing.get(part)
        if why:
            values.missing[name] = why
            continue
        ours = turns[part].medians(time)
        theirs = turns[other].medians(time)
        inverted = name == "overhead_over_holoscan"
        values.found[name] = ratio(ours, theirs) if inverted else ratio(theirs, ours)


def _of_streams(values: Values, case: Case, gathered: _Field, told: Told) -> None:
    for part, scanners in STREAMS.items():
        name = f"streams_{part}"
        if part in gathered.missing:
            values.missing[name] = gathered.missing[part]
            continue
        told(f"{scanners} scanners, {part}", 0)
        asked = msgspec.structs.replace(case, streams=scanners, precision=part)
        try:
            point = measure_point(asked)
        except BenchError as error:
            values.missing[name] = str(error)
            continue
        # How many fewer are carried is what `python -m bench streams` finds out.
        values.found[name] = _alone(float(scanners if point.carried else scanners - 1), 1)


def _alone(value: float, turns: int) -> Ratio:
    """A value without an interval of its own."""
    return Ratio(value=value, low=value, high=value, turns=turns)
