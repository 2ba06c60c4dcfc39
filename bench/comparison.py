"""Is one version slower than another? What is compared, and when a difference counts."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from bench import result
from bench.case import Case
from bench.contender import daemon
from bench.errors import BenchError
from bench.progress import Told
from bench.result import Row
from bench.statistics import Ratio, histogram, quantiles, ratio, unpaired_ratio
from bench.turns import Turns, take_turns

TIMES = ("e2e_ms", "infer_ms", "overhead_ms")
WORDS = {"e2e_ms": "end to end", "infer_ms": "inference", "overhead_ms": "overhead"}

QUICK = 25.0
"""Percentile of a turn that what runs beside hardly touches: a slow-down for good shifts it too."""

SAME_PACE = 1.1
"""Two runs whose networks alone differ by more than this were made on a machine of two paces."""


def verdict(found: Ratio, budget: float) -> str:
    """What a ratio of B's time to A's says.

    "slower": by `budget` (0.1 is a tenth) at least, and by more than nothing with 99.5 % certainty.
    "faster": the same, the other way round. "same": neither.
    """
    if found.value >= 1 + budget and found.low > 1:
        return "slower"
    if found.value <= 1 / (1 + budget) and found.high < 1:
        return "faster"
    return "same"


def in_turns(
    case: Case, checkouts: tuple[Path, Path], rounds: int, budget: float, told: Told
) -> list[Row]:
    """Run the daemons of two checkouts side by side, loaded in turns of half a second.

    Gives a row for each time compared, B over A.

    Raises:
        BenchError: a daemon could not be run.
    """
    one, other = (daemon(case, path.resolve(), f"daemon of {path}") for path in checkouts)
    turns = take_turns(case, [one, other], rounds, max(5, round(case.pace / 2)), told)
    rows = [_turned(case, turns[0], turns[1], name, 50, budget) for name in TIMES]
    return rows + [_turned(case, turns[0], turns[1], name, QUICK, budget) for name in TIMES]


def _turned(
    case: Case, base: Turns, changed: Turns, name: str, percent: float, budget: float
) -> Row:
    found = ratio(changed.quantiles(name, percent), base.quantiles(name, percent))
    times = getattr(changed.whole, name)
    told = WORDS[name] if percent == 50 else f"{WORDS[name]}, quickest quarter"
    plain = result.bare("compare", told)
    return msgspec.structs.replace(
        plain,
        fps=case.fps,
        transport=case.transport,
        journal=case.journal,
        **{name: quantiles(times)},
        ratio=found,
        ratio_of="B",
        ratio_to="A",
        verdict=verdict(found, budget),
        histogram=histogram(times),
    )


def of_reports(base: result.Report, changed: result.Report, budget: float) -> list[Row]:
    """Compare two runs' rows of the same case, by the medians of their seconds, B over A.

    Raises:
        BenchError: they were made on different machines, or have no case in common.
    """
    if _hardware(base) != _hardware(changed):
        raise BenchError(
            f"A was measured on {_hardware(base)}, B on {_hardware(changed)}: not to be compared"
        )
    before = {_key(row): row for row in base.rows if row.bursts}
    pairs = [(before[_key(row)], row) for row in changed.rows if row.bursts and _key(row) in before]
    if not pairs:
        raise BenchError("A and B have no case in common: no row of the same case, model and kind")
    return [row for one, other in pairs for row in _paired(one, other, budget)]


def _paired(base: Row, changed: Row, budget: float) -> list[Row]:
    pace = _pace(base, changed)
    return [_one_time(base, changed, name, budget, pace) for name in TIMES]


def _one_time(base: Row, changed: Row, name: str, budget: float, pace: float) -> Row:
    found = unpaired_ratio(getattr(changed.bursts, name), getattr(base.bursts, name))
    said, note = verdict(found, budget), ""
    if said != "same" and not 1 / SAME_PACE < pace < SAME_PACE:
        note = (
            f"the network alone took {pace:.2f} times as long in B: the machine changed its pace; "
            "compare two checkouts instead, which runs them in turns"
        )
        said = "unsure"
    plain = result.bare("compare", f"{changed.case}: {WORDS[name]}")
    return msgspec.structs.replace(
        plain,
        precision=changed.precision,
        provider=changed.provider,
        fps=changed.fps,
        transport=changed.transport,
        journal=changed.journal,
        **{name: getattr(changed, name)},
        ratio=found,
        ratio_of="B",
        ratio_to="A",
        verdict=said,
        note=note,
    )


def _pace(base: Row, changed: Row) -> float:
    """How many times as long the network alone took in B, paced; 1 where it was not timed."""
    if base.bare_ms is None or changed.bare_ms is None:
        return 1.0
    return changed.bare_ms.paced.p50 / base.bare_ms.paced.p50


def _key(row: Row) -> tuple[str | None, ...]:
    return row.kind, row.case, row.precision, row.provider, row.model


def _hardware(report: result.Report) -> str:
    host = report.machine
    return f"{host.cpu}, {host.cores} cores, {' '.join(host.flags)}, {host.gpu or 'no GPU'}"


def slower(rows: Sequence[Row]) -> list[str]:
    """Names of the rows that are."""
    return [row.case for row in rows if row.verdict == "slower"]
