import argparse

import pytest

from bench.__main__ import main
from bench.case import Case
from bench.commands.cases import MATRIX, cases_of
from bench.commands.latency import add_arguments
from edge.contract.bundle import builtin_path
from edge.processor import GIVEN


def cases(*words: str) -> list[Case]:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return cases_of(parser.parse_args(list(words)))


def case(*words: str) -> Case:
    (found,) = cases(*words)
    return found


def test_it_measures_ten_seconds_at_thirty_a_second_unless_told():
    assert case() == Case(fps=30, frames=300, warm_up=30, width=1024, height=768)
    assert case().bundle_path == builtin_path()


def test_seconds_are_counted_in_frames_of_the_pace():
    assert case("--fps", "60", "--seconds", "2").frames == 120
    assert case("--fps", "60", "--frames", "7").frames == 7
    assert case("--fps", "60", "--warm-up", "0.5").warm_up == 30


def test_a_case_is_named_by_all_that_makes_it():
    name = case("--format", "jpeg", "--transport", "ipc", "--view", "HR", "--threads", "2").name
    assert name == "HR jpeg 1024x768 ipc 30 fps 2 threads"
    given = str(min(GIVEN))
    assert case("--cpus", given).name.endswith(f"1 thread on CPU {given}")


def test_a_flag_given_twice_makes_two_cases_and_two_flags_make_four():
    found = cases("--fps", "30", "--fps", "fast", "--transport", "tcp", "--transport", "curve")
    assert [(one.fps, one.transport) for one in found] == [
        (fps, transport) for transport in ("tcp", "curve") for fps in (30.0, "fast")
    ]
    assert len({one.name for one in found}) == 4


def test_a_matrix_runs_through_every_value():
    found = cases("--matrix", "transport", "--matrix", "format", "--fps", "60")
    assert {(one.transport, one.format) for one in found} == {
        (transport, layout) for transport in MATRIX["transport"] for layout in MATRIX["format"]
    }
    assert {one.fps for one in found} == {60.0}


def test_precision_and_journal_are_in_the_name_where_they_are_asked_for():
    assert case("--precision", "int8", "--journal", "full").name.endswith("int8 journal full")
    assert "journal" not in case().name


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--fps", "0"], "above 0 up to 1000"),
        (["--fps", "nan"], "above 0 up to 1000"),
        (["--frames", "2.5"], "whole number from 1"),
        (["--cpus", "1-"], "must be numbers of CPUs"),
        (["--width", "8"], "whole number from 16 up to 4096"),
        (["--seconds", "1", "--frames", "1"], "not allowed with"),
    ],
)
def test_a_wrong_option_is_refused_with_what_is_allowed(words, told, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["latency", *words])
    assert ended.value.code == 2
    assert told in capsys.readouterr().err


def test_a_missing_bundle_is_refused_before_anything_starts(tmp_path, capsys):
    assert main(["latency", "--bundle", str(tmp_path / "none")]) == 2
    assert "no such bundle" in capsys.readouterr().err


def test_a_report_that_could_not_be_written_is_refused_before_the_run(tmp_path, capsys):
    assert main(["latency", "--json", str(tmp_path / "none" / "a.json")]) == 2
    assert "no such folder" in capsys.readouterr().err


def test_help_says_how_to_read_the_table(capsys):
    with pytest.raises(SystemExit):
        main(["latency", "--help"])
    told = capsys.readouterr().out
    assert "How to read it" in told
    assert "Exit codes" in told
