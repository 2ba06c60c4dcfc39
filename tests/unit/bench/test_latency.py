import argparse

import pytest

from bench.__main__ import main
from bench.case import Case
from bench.commands.latency import add_arguments, case_of
from edge.contract.bundle import builtin_path


def case(*words: str) -> Case:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return case_of(parser.parse_args(list(words)))


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


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--fps", "0"], "above 0 up to 1000"),
        (["--fps", "nan"], "above 0 up to 1000"),
        (["--frames", "2.5"], "whole number from 1"),
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
