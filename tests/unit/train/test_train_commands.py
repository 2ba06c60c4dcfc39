"""The command line teaches, and refuses what makes no sense."""

import pytest

from train.__main__ import COMMANDS, main


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    shown = capsys.readouterr().out
    assert all(name in shown for name in COMMANDS)
    assert "not a medical device" in shown.replace("\n", " ")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself_with_an_example(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="0"):
        main([command, "--help"])
    assert f"python -m train {command}" in capsys.readouterr().out.replace("\n", " ")


@pytest.mark.parametrize(
    ("option", "value", "why"),
    [
        ("--epochs", "0", "0 is below 1"),
        ("--batch", "many", "'many' is not a whole number"),
        ("--test", "0.7", "not above 0 and below 0.5"),
        ("--validation", "x", "'x' is not a number"),
        ("--average", "1", "1.0 is not 0 to below 1"),
        ("--settle", "-1", "-1 is below 0"),
    ],
)
def test_a_wrong_value_is_refused_with_the_reason(
    option: str, value: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["fit", "cohort", "--out", "run", option, value])
    shown = capsys.readouterr().err
    assert f"argument {option}" in shown
    assert why in shown
