"""What `python -m train ingest` says, and its exit status."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.unit.train.ingest.conftest import MakeByra, WriteManifest
from train.__main__ import main


def test_it_says_what_the_folder_holds(
    manifest: WriteManifest, make_byra: MakeByra, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_byra()
    path = manifest("byra.mat", heading="path")
    assert main(["ingest", str(path), "--out", str(tmp_path / "data")]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "3 subjects, frames: 0 AR, 12 HR" in shown
    assert "NOT H-MRS" in shown
    assert "not a medical device" in shown


def test_problems_are_printed_as_they_are_one_a_line(
    manifest: WriteManifest,
    pictures: Sequence[Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = manifest("[red]P1,AR,0.png,5,,,,", "P2,AR,[/bold].png,5,,,,")
    assert main(["ingest", str(path), "--out", str(tmp_path / "data")]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("row 1, subject '[red]P1': not a plain name") for line in lines)
    assert any(line.startswith("row 2, path '[/bold].png': not found") for line in lines)
    assert not (tmp_path / "data").exists()


def test_a_folder_that_is_taken_is_refused(
    manifest: WriteManifest, pictures: Sequence[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    path = manifest("P1,AR,0.png,5,,,,")
    assert main(["ingest", str(path), "--out", str(path.parent)]) == 1
    assert "not an empty folder; name a new one with --out" in capsys.readouterr().out


def test_a_folder_that_cannot_be_made_is_refused_without_a_traceback(
    manifest: WriteManifest, pictures: Sequence[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    path = manifest("P1,AR,0.png,5,,,,")
    assert main(["ingest", str(path), "--out", str(path / "below-a-file")]) == 1
    assert "Not a directory" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("value", "why"), [("0", "0.0 is not 0.05 to 5 mm"), ("fine", "'fine' is not a number")]
)
def test_a_scale_that_makes_no_sense_is_refused(
    value: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["ingest", "manifest.csv", "--out", "data", "--crop-mm-per-px", value])
    assert why in capsys.readouterr().err
