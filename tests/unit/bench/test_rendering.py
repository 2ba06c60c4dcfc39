"""The speed of the virtual cohort: what is measured, and that a slower one would show."""

import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bench import rendering
from bench.__main__ import main
from edge.scanner.virtual import PRESETS, VirtualClip


def test_every_preset_is_measured_beside_its_baselines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "cohort.json"
    assert main(["cohort", "--clips", "1", "--json", str(out)]) == 0
    found = msgspec.json.decode(out.read_bytes())
    assert [row["preset"] for row in found["rows"]] == list(PRESETS)
    for row in found["rows"]:
        assert min(row["setup_s"], row["frame_ms"], row["fft_ms"], row["separable_ms"]) > 0
    assert found["peak_mib"] > 50
    assert "frame / FFT" in capsys.readouterr().out


def test_a_frame_that_takes_longer_shows_in_the_ratio(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = rendering.measure_presets(1, lambda *_: None)[0]
    draw = VirtualClip.frame

    def slow(clip: VirtualClip, number: int) -> Any:
        time.sleep(0.25)
        return draw(clip, number)

    monkeypatch.setattr(VirtualClip, "frame", slow)
    slowed = rendering.measure_presets(1, lambda *_: None)[0]
    assert slowed.frame_ms / slowed.fft_ms > 2 * plain.frame_ms / plain.fft_ms
    assert slowed.cpu_share < plain.cpu_share


def test_no_clip_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cohort", "--clips", "0"]) == 2
    assert "at least one clip" in capsys.readouterr().err
