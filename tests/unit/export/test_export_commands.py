"""The command line teaches, and refuses what makes no sense, before TensorFlow is loaded."""

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
