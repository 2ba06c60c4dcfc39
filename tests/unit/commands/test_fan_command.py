import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.__main__ import main
from tests.unit.fan.screens import CONVEX, SIZE, draw, ornament


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three stills of two scanners and one without a fan."""
    rng = np.random.default_rng(0)
    for number in (1, 2):
        cv2.imwrite(str(tmp_path / f"{number}.png"), ornament(draw(CONVEX, rng)))
    cv2.imwrite(str(tmp_path / "3.png"), rng.integers(0, 255, SIZE, np.uint8))
    return tmp_path


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_it_prints_the_fan_and_draws_it(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = folder / "out" / "overlay.png"
    out.parent.mkdir()

    assert main(["fan", str(folder / "1.png"), "--out", str(out)]) == 0

    (line,) = lines(capsys)
    sector = line["sector"]
    assert isinstance(sector, dict)
    assert line["kind"] == "sector"
    assert (line["width"], line["height"], line["spacing_mm"]) == (640, 480, None)
    assert sector["inner_radius_px"] == pytest.approx(110, abs=2)
    assert sector["half_angle_deg"] == pytest.approx(32, abs=0.2)
    assert line["mm_per_px"] == pytest.approx(0.5, rel=0.02)
    image = cv2.imread(str(out))
    assert image is not None
    coloured = np.ptp(image.astype(int), axis=2) > 60
    # Outline, centre line and window.
    assert 1500 < np.count_nonzero(coloured) < 12000


def test_each_image_by_itself(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fan", str(folder), "--each", "--out", str(folder / "overlays")]) == 0

    assert [line["kind"] for line in lines(capsys)] == ["sector", "sector", "none"]
    assert len(list((folder / "overlays").glob("*.png"))) == 3


def test_the_first_frames_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fan", "virtual:seed=3", "--frames", "2"]) == 0

    (line,) = lines(capsys)
    assert line["frame"] == 1
    assert line["spacing_mm"] is not None


def test_no_fan_is_exit_code_1(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fan", str(folder / "3.png")]) == 1
    assert lines(capsys)[0]["kind"] == "none"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["absent.png"], "absent.png: not found"),
        (["virtual:", "--frames", "1", "--out", "overlay.xyz"], "--out overlay.xyz: name an image"),
        (["virtual:", "--frames", "1", "--out", "absent/o.png"], "absent/o.png"),
    ],
)
def test_what_cannot_be_done_is_said(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fan", *arguments]) == 2
    assert says in " ".join(capsys.readouterr().err.split())
