import json
import subprocess
import sys
from pathlib import Path

import pytest

from edge.__main__ import main
from tests.bundles import TRUSTED_KEY


@pytest.fixture
def settings(tmp_path: Path, tiny_bundle: Path) -> Path:
    path = tmp_path / "edge.toml"
    path.write_text(
        f'bundle = "{tiny_bundle}"\ntrusted_keys = ["{TRUSTED_KEY}"]\nprovider = "cpu"\n'
        f'state_dir = "{tmp_path}"\n[health]\nbind = ""\n[estimates]\nbind = "ipc://{tmp_path}/e"\n'
        f'[[scanner]]\nname = "a"\nframes = "ipc://{tmp_path}/f"\n'
    )
    return path


def test_a_program_gets_bundle_provider_precision_and_findings(
    settings: Path, tiny_bundle: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["doctor", "--config", str(settings), "--json"])

    report = json.loads(capsys.readouterr().out)
    levels = {finding["level"] for finding in report["findings"]}
    assert report["bundle"]["path"] == str(tiny_bundle)
    assert (report["provider"], report["precision"]) == ("cpu", "fp32")
    assert all(finding["remedy"] for finding in report["findings"] if finding["level"] != "ok")
    assert code == (1 if "warn" in levels else 0)


def test_people_get_a_table_with_remedies(
    settings: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.write_text(settings.read_text().replace("ipc://", "tcp://10.0.0.7:1#", 1))
    code = main(["doctor", "--config", str(settings)])

    out = " ".join(capsys.readouterr().out.split())
    assert code == 2
    assert "fail settings" in out
    assert "to mend" in out


def test_a_check_of_the_start_looks_at_the_keys_too(settings: Path) -> None:
    settings.write_text(f'{settings.read_text()}[keys]\ndir = "{settings.parent}/none"\n')

    command = [sys.executable, "-m", "edge", "run", "--config", str(settings), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 2
    assert "keys new" in done.stderr
