"""The command line teaches, and refuses what makes no sense, before TensorFlow is loaded."""

from pathlib import Path

import pytest

from export.__main__ import main


def test_help_leads_to_a_bundle(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--help"], ["bundle", "--help"]):
        with pytest.raises(SystemExit, match="0"):
            main(arguments)
        assert "python -m export bundle run" in capsys.readouterr().out.replace("\n", " ")


def test_a_name_that_no_manifest_takes_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["bundle", "run", "--out", "bundle", "--name", "two words"])
    assert "argument --name: 'two words': 1 to 64 letters" in capsys.readouterr().err


@pytest.mark.parametrize("frames", ["15", "-1", "many"])
def test_too_few_frames_to_compare_on_are_refused(
    capsys: pytest.CaptureFixture[str], frames: str
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["bundle", "run", "--out", "bundle", "--parity-frames", frames])
    assert "a whole number from 16 on" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["parity", "time", "engines"])
def test_every_command_teaches_by_an_example(
    command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="0"):
        main([command, "--help"])
    assert f"`python -m export {command}" in " ".join(capsys.readouterr().out.split())


def test_engines_without_tensorrt_are_refused(
    tiny_bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["engines", str(tiny_bundle), "--out", str(tmp_path / "engines")]) == 1

    said = " ".join(capsys.readouterr().out.split())
    assert "provider 'tensorrt' cannot be had" in said
    assert not (tmp_path / "engines").exists()


def test_engines_of_a_precision_that_is_not_there_are_refused(
    tiny_bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["engines", str(tiny_bundle), "--precision", "fp16"]) == 1
    assert "precision fp16: tiny has fp32 only" in " ".join(capsys.readouterr().out.split())
