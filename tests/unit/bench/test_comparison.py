import msgspec
import numpy as np
import pytest

from bench import result
from bench.__main__ import main
from bench.comparison import of_reports, slower, verdict
from bench.errors import BenchError
from bench.statistics import Ratio, quantiles


def said(value: float, low: float, high: float, budget: float = 0.1) -> str:
    return verdict(Ratio(value=value, low=low, high=high, turns=40), budget)


def test_slower_is_beyond_the_budget_and_beyond_chance():
    assert said(1.2, 1.1, 1.3) == "slower"
    assert said(1.2, 0.98, 1.5) == "same"
    assert said(1.05, 1.03, 1.07) == "same"
    assert said(1.05, 1.03, 1.07, budget=0.02) == "slower"


def test_faster_is_its_mirror():
    assert said(0.8, 0.7, 0.9) == "faster"
    assert said(0.8, 0.7, 1.01) == "same"


def report(times: float = 1.0, pace: float = 1.0, seed: int = 0) -> result.Report:
    """A run of 60 seconds; `times` as slow, on a machine `pace` times as slow."""
    seconds = pace * times * np.exp(np.random.default_rng(seed).normal(1.6, 0.06, 60))
    bursts = result.Bursts(
        at_s=list(range(60)),
        e2e_ms=seconds.tolist(),
        infer_ms=(0.6 * seconds).tolist(),
        overhead_ms=(0.4 * seconds).tolist(),
    )
    plain = result.failed("latency", "a case", "")
    alone = quantiles(np.full(50, 3.0 * pace))
    row = msgspec.structs.replace(
        plain,
        e2e_ms=quantiles(seconds),
        infer_ms=quantiles(0.6 * seconds),
        overhead_ms=quantiles(0.4 * seconds),
        bare_ms=result.Bare(back_to_back=alone, paced=alone),
        bursts=bursts,
    )
    return result.Report(rows=[row])


def test_a_run_a_fifth_slower_is_found_between_files():
    rows = of_reports(report(seed=1), report(1.2, seed=2), 0.1)
    assert [row.verdict for row in rows] == ["slower"] * 3
    assert rows[0].ratio.value == pytest.approx(1.2, rel=0.05)
    assert slower(rows) == ["a case: end to end", "a case: inference", "a case: overhead"]


@pytest.mark.parametrize("seed", range(5))
def test_two_runs_of_the_same_are_the_same(seed):
    rows = of_reports(report(seed=seed), report(seed=seed + 100), 0.1)
    assert slower(rows) == []


def test_a_machine_that_was_slower_itself_is_not_put_down_to_the_code():
    rows = of_reports(report(seed=1), report(pace=1.3, seed=2), 0.1)
    assert {row.verdict for row in rows} == {"unsure"}
    assert "changed its pace" in rows[0].note


def test_runs_of_different_machines_are_refused():
    here, there = report(), report()
    moved = msgspec.structs.replace(there.machine, cpu="another")
    with pytest.raises(BenchError, match="another"):
        of_reports(here, msgspec.structs.replace(there, machine=moved), 0.1)


def test_runs_without_a_case_in_common_are_refused():
    other = report()
    renamed = msgspec.structs.replace(other.rows[0], case="another case")
    with pytest.raises(BenchError, match="no case in common"):
        of_reports(report(), msgspec.structs.replace(other, rows=[renamed]), 0.1)


def test_the_command_ends_with_1_for_slower_and_0_for_the_same(tmp_path, capsys):
    paths = [tmp_path / name for name in ("a.json", "b.json", "c.json")]
    for path, times in zip(paths, (1.0, 1.2, 1.0), strict=True):
        result.write(report(times), path)
    assert main(["compare", str(paths[0]), str(paths[1])]) == 1
    assert "slower" in capsys.readouterr().out
    assert main(["compare", str(paths[0]), str(paths[2])]) == 0


def test_what_cannot_be_compared_is_refused_with_2(tmp_path, capsys):
    path = tmp_path / "a.json"
    result.write(report(), path)
    assert main(["compare", str(path), str(tmp_path)]) == 2
    assert "one is a folder" in capsys.readouterr().err
    assert main(["compare", str(path), str(tmp_path / "none")]) == 2
    assert "no such file" in capsys.readouterr().err
    path.write_text("{}")
    assert main(["compare", str(path), str(path)]) == 2
    assert "not a report" in capsys.readouterr().err
