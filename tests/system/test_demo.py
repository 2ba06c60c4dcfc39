"""`python -m edge demo` as a process: what `make demo` shows where nobody sees it live."""

import importlib.util
import re
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from tests.bundles import TRUSTED_KEY

ROOT = Path(__file__).resolve().parents[2]
LONGEST_S = 60.0


def _start(*arguments: str | Path) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "edge", "demo", *map(str, arguments)],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _run(*arguments: str | Path) -> tuple[int, str, str]:
    process = _start(*arguments)
    out, err = process.communicate(timeout=LONGEST_S)
    return process.returncode, out, err


@pytest.fixture(scope="module")
def demo(tiny_bundle: Path) -> tuple[int, str, str]:
    """Exit code, output and errors of a short demo."""
    return _run(
        "--bundle", tiny_bundle, "--trusted-key", TRUSTED_KEY, "--seconds", "1", "--fat", "9.5"
    )


def test_it_ends_with_the_reading_of_all_views_beside_the_truth(
    demo: tuple[int, str, str],
) -> None:
    code, out, err = demo

    assert (code, err) == (0, "")
    assert "true fat % (simulator's)" in out
    for view in ("AR", "HR", r"AR\+HR"):
        row = rf"^{view} +\d+\.\d\d +\d+\.\d\d +S\d \w+ +30 +9\.50$"
        assert re.search(row, out, re.MULTILINE), out


def test_it_tells_the_addresses_and_the_commands(demo: tuple[int, str, str]) -> None:
    _, out, _ = demo

    for text in (
        "tcp://127.0.0.1:5555",
        "tcp://127.0.0.1:5556",
        "python -m edge run",
        "python -m edge watch",
        "python -m edge view",
        "python -m edge feed",
    ):
        assert text in out


def test_it_opens_with_the_address_of_the_page(demo: tuple[int, str, str]) -> None:
    pytest.importorskip("uvicorn")
    lines = demo[1].splitlines()

    address = next(number for number, line in enumerate(lines) if "http://127.0.0.1:" in line)
    first_frame = next(number for number, line in enumerate(lines) if "AR: frame" in line)
    assert address < first_frame


def test_it_claims_nothing(demo: tuple[int, str, str]) -> None:
    _, out, _ = demo

    assert "Virtual cohort, simulated images: no clinical claim." in out
    assert "Research use only; not a medical device." in out


def test_into_a_pipe_it_writes_no_control_codes(demo: tuple[int, str, str]) -> None:
    assert "\x1b" not in demo[1]


def test_a_daemon_that_cannot_start_ends_it_with_the_daemons_last_words(tmp_path: Path) -> None:
    code, _, err = _run("--bundle", tmp_path / "nothing")

    assert code == 1
    assert "the demo failed: the daemon ended" in err
    assert "no such bundle folder" in err


@pytest.mark.parametrize("option", [("--fat", "99"), ("--fat", "nan"), ("--seed", "-1")])
def test_a_liver_that_cannot_be_simulated_is_refused(option: tuple[str, str]) -> None:
    code, out, err = _run(*option)

    assert (code, out) == (2, "")
    assert "allowed: fat=0..60" in err


def test_stopped_by_a_signal_it_leaves_no_process_behind(tiny_bundle: Path) -> None:
    process = _start("--bundle", tiny_bundle, "--trusted-key", TRUSTED_KEY, "--seconds", "60")
    assert process.stdout is not None
    for line in process.stdout:
        if "AR: frame" in line:
            break
    children = psutil.Process(process.pid).children(recursive=True)

    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=LONGEST_S)

    has_viewer = importlib.util.find_spec("uvicorn") is not None
    assert len(children) == 2 + has_viewer
    assert not any(child.is_running() for child in children)
    assert process.returncode == 130
    assert "stopped before the reading came" in err
