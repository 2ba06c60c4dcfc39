import msgspec
import pytest

from bench import budget
from bench.__main__ import main
from bench.commands import budget as command
from bench.commands.budget import row
from bench.errors import BenchError
from bench.goals import Goal, read_goals
from bench.statistics import Ratio

AT_MOST = Goal(name="one", what="one", at_most=1.3, stretch=1.2)
AT_LEAST = Goal(name="other", what="other", at_least=3, stretch=4)


@pytest.mark.parametrize(
    ("value", "low", "high", "said"),
    [
        (1.1, 1.0, 1.4, "stretch"),
        (1.25, 1.2, 1.4, "holds"),
        (1.35, 1.29, 1.4, "unsure"),
        (1.35, 1.31, 1.4, "broken"),
    ],
)
def test_a_goal_of_at_most_is_judged_by_value_and_interval(value, low, high, said):
    assert AT_MOST.judge(value, low, high) == said


@pytest.mark.parametrize(
    ("value", "low", "high", "said"),
    [
        (4.1, 2.0, 5.0, "stretch"),
        (3.5, 2.9, 4.0, "holds"),
        (2.8, 2.5, 3.1, "unsure"),
        (2.8, 2.5, 2.9, "broken"),
    ],
)
def test_a_goal_of_at_least_is_judged_the_other_way_round(value, low, high, said):
    assert AT_LEAST.judge(value, low, high) == said


def test_the_budget_can_be_read_and_every_stretch_is_beyond_its_limit():
    goals = read_goals()
    assert len({goal.name for goal in goals}) == len(goals)
    for goal in goals:
        assert goal.judge(goal.stretch, goal.stretch, goal.stretch) == "stretch"
        limit = goal.at_most if goal.at_most is not None else goal.at_least
        assert goal.judge(limit, limit, limit) == "holds"


def test_a_goal_with_two_limits_or_none_is_refused(tmp_path):
    path = tmp_path / "budget.toml"
    for limits in ("", "at_most = 1\nat_least = 1\n"):
        path.write_text(f'[[goal]]\nname = "x"\nwhat = "x"\nstretch = 1\n{limits}')
        with pytest.raises(msgspec.ValidationError, match="at_most or at_least"):
            read_goals(path)


def test_a_goal_without_a_value_says_why_and_breaks_nothing():
    values = budget.Values(missing={"one": "missing: get it there"})
    found = row(AT_MOST, values)
    assert (found.problem, found.verdict) == ("missing: get it there", "")


def test_a_goal_with_a_value_is_a_row_with_its_limit():
    value = Ratio(value=1.4, low=1.35, high=1.5, turns=9)
    found = row(AT_MOST, budget.Values(found={"one": value}))
    assert (found.verdict, found.ratio, found.wanted) == ("broken", value, "≤ 1.3 (1.2)")


def test_what_a_plain_loop_reached_stands_beside_a_goal_that_it_can_have():
    value = Ratio(value=1.4, low=1.35, high=1.5, turns=9)
    values = budget.Values(found={"one": value, "other": value}, plain={"one": value})
    assert (row(AT_MOST, values).plain, row(AT_LEAST, values).plain) == (value, None)


def test_every_goal_is_measured_or_named_as_missing_under_its_own_name():
    source = set()
    for part in ("fp32", "int8"):
        source |= {f"{stem}_{part}" for stem in ("e2e_over_inference", "fps_times_inference")}
        source |= {f"streams_{part}", f"keras_over_{part}"}
    source |= {"overhead_p50_ms", "overhead_p99_ms", "null_over_echo", "int8_speed"}
    source |= {"fast_over_int8", "overhead_over_holoscan", "cpu_over_inference_fp32"}
    assert {goal.name for goal in read_goals()} == source


@pytest.mark.parametrize(("words", "code"), [([], 1), (["--gate"], 0)])
@pytest.mark.parametrize("gates", [False, True])
def test_with_gate_only_a_goal_that_gates_ends_in_1(monkeypatch, capsys, words, code, gates):
    goal = msgspec.structs.replace(AT_MOST, gate=gates)
    value = Ratio(value=1.4, low=1.35, high=1.5, turns=9)
    monkeypatch.setattr(command, "read_goals", lambda: [goal])
    monkeypatch.setattr(command, "measure", lambda *_: budget.Values(found={"one": value}))
    assert main(["budget", *words]) == (1 if gates else code)
    assert ("broken: one" in capsys.readouterr().err) == (gates or not words)


def test_a_machine_too_busy_to_measure_is_told_apart_from_a_broken_goal(monkeypatch, capsys):
    def fail(*_: object) -> budget.Values:
        raise BenchError("the echo left 15 frames unanswered")

    monkeypatch.setattr(command, "measure", fail)
    assert main(["budget"]) == 3
    assert "unanswered" in capsys.readouterr().err
