import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(("crop", "code"), [("fan", 2), ("centre", 0)])
def test_the_daemon_refuses_a_crop_that_its_models_were_not_trained_with(
    crop: str, code: int, tmp_path: Path
) -> None:
    settings = tmp_path / "edge.toml"
    settings.write_text(f'crop = "{crop}"\nprovider = "cpu"\n')
    command = [sys.executable, "-m", "edge", "run", "--config", str(settings), "--check"]

    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert ended.returncode == code
    if code:
        assert f'{settings}: crop: "fan"' in ended.stderr
        assert 'trained with "centre"' in ended.stderr
